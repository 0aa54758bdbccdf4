import type { Digests } from '../../dependencies/index.js';
import { NetworkError } from '../../errors/index.js';
import type { DocumentPort } from '../package-manager.js';
import { strongestDigest } from './lockfile/integrity.js';
import { isJsonObject, type JsonObject, ownValue } from './lockfile/json.js';
import type { RegistryNeed } from './needs.js';
import { versionDocument } from './registry-upstreams.js';

/** Bytes; a version's document holds its manifest, and its README at worst. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/**
 * What the registry itself says about a package that no lock file has a digest for. Throws `NetworkError` when its
 * answer makes no sense.
 */
export async function findDigests(
  documents: DocumentPort,
  { name, version, candidates }: RegistryNeed,
  upstream: string,
  signal: AbortSignal,
): Promise<{ digests: Digests; verifiedBy: string }> {
  const registry = candidates.find(({ address }) => address === upstream)?.registry;
  if (registry === undefined) return { digests: {}, verifiedBy: 'none' };
  const options = { accept: 'application/json', maxSize: MAX_DOCUMENT, signal };
  const answer = await documents.fetch(versionDocument(registry, name, version), options);
  const dist = answer === undefined ? undefined : ownValue(parse(answer, `${name}@${version}`, registry), 'dist');
  const digests = isJsonObject(dist) ? digestsOf(dist, `${name}@${version}`, registry) : {};
  return { digests, verifiedBy: Object.keys(digests).length > 0 ? 'registry' : 'none' };
}

function digestsOf(dist: JsonObject, shown: string, registry: string): Digests {
  const integrity = ownValue(dist, 'integrity');
  const shasum = ownValue(dist, 'shasum');
  if (typeof integrity === 'string' && integrity !== '') {
    try {
      const { algorithm, hex } = strongestDigest(integrity, shown);
      return { [algorithm]: hex };
    } catch (error) {
      throw senseless(shown, registry, error);
    }
  }
  if (typeof shasum !== 'string' || shasum === '') return {};
  if (/^[0-9a-f]{40}$/.test(shasum)) return { sha1: shasum };
  throw senseless(shown, registry);
}

function parse(answer: Buffer, shown: string, registry: string): JsonObject {
  try {
    const document: unknown = JSON.parse(answer.toString('utf8'));
    if (isJsonObject(document)) return document;
  } catch (error) {
    throw senseless(shown, registry, error);
  }
  throw senseless(shown, registry);
}

function senseless(shown: string, registry: string, cause?: unknown): NetworkError {
  return new NetworkError(`What the registry ${registry} says about the checksum of ${shown} makes no sense.`, {
    cause,
  });
}
