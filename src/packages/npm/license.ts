import { buffer } from 'node:stream/consumers';
import type { DeclaredLicense } from '../../dependencies/index.js';
import { declaredInWords, declaredLicense } from '../declared-license.js';
import { readLeniently, type ReadableFile } from '../lenient-reading.js';
import { NOTHING_DECLARED } from '../licenses/index.js';
import type { ReadLicense } from '../package-manager.js';
import { MAX_MANIFEST, readManifest } from './external/manifest.js';
import { inflated } from './external/tarball/inflated.js';
import { TAR_LIMITS } from './external/tarball/limits.js';
import { manifestPlace } from './external/tarball/packed-manifest.js';
import { tarMembers } from './external/tarball/tar-members.js';
import { isJsonObject, type JsonObject, ownValue } from './lockfile/json.js';

/** What messages call the archive; nobody sees them. */
const OWNER = 'the package';

/** The licence that the `package.json` of a package's tarball declares. */
export const readLicense: ReadLicense = async (file, signal) => {
  const packed = await readLeniently(file, signal, packedManifest);
  return packed === undefined ? NOTHING_DECLARED : manifestLicense(packed.manifest, packed.path);
};

/**
 * The licence that a `package.json` declares: `license`, an SPDX licence expression as npm asks for, else the older
 * forms: an object with a `type`, or a list `licenses` of such objects. Of a list of several nobody knows whether all
 * of them hold or one may be chosen.
 */
export function manifestLicense(manifest: JsonObject, file: string): DeclaredLicense {
  const names = namesIn(ownValue(manifest, 'license') ?? ownValue(manifest, 'licenses'));
  if (names.length !== 1) return declaredInWords(names.join(', '), file);
  // Words of npm's own; SPDX has an "Unlicense", which means the opposite of "UNLICENSED".
  const isOwnWord = /^(?:unlicensed$|see licen[cs]e in )/i.test(names[0]);
  return isOwnWord ? declaredInWords(names[0], file) : declaredLicense(names[0], file);
}

function namesIn(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values
    .map((each) => (isJsonObject(each) ? (ownValue(each, 'type') ?? ownValue(each, 'name')) : each))
    .filter((name) => typeof name === 'string')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The first `package.json` of the root, or of the folder that npm removes from every path. */
async function packedManifest(file: ReadableFile): Promise<{ path: string; manifest: JsonObject } | undefined> {
  const text = inflated(await file.read(), TAR_LIMITS, OWNER);
  for await (const { path, type, size, content } of tarMembers(text, TAR_LIMITS, OWNER)) {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (manifestPlace(names.join('/')) !== 'exact') continue;
    if (type !== 'file' || size > MAX_MANIFEST) return undefined;
    return { path: names.join('/'), manifest: readManifest(await buffer(content()), OWNER) };
  }
  return undefined;
}
