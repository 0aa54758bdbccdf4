import { ValidationError } from '../errors/index.js';
import { type ArtifactSpec, displayName, hasDigests, type MadeArtifactSpec } from './artifact.js';
import { checkAlgorithms, checkDigestForms } from './digests.js';

/**
 * Refuses what must not get into the catalogue or out of it again. Throws `InvalidChecksum` (malformed digest),
 * `UnsupportedFeature` (unknown algorithm) or `ValidationError` (an upstream that is no address, or holds credentials,
 * which would show up in documents; neither certificate nor checksum).
 */
export function checkSpec(spec: ArtifactSpec): void {
  const name = displayName(spec);
  checkDigestForms(spec.digests, name, spec.fileDigests);
  checkAlgorithms(spec.compute ?? [], name);
  if (spec.insecureTls && !hasDigests(spec)) throw unverified(name);
  for (const upstream of spec.upstreams) {
    const url = parse(upstream, name);
    if (url.username !== '' || url.password !== '') throw withCredentials(name);
  }
}

/** The same for what is made here. A user name is no secret in `git+ssh://git@host/…`. */
export function checkMadeSpec({ upstream, compute = [] }: MadeArtifactSpec): void {
  if (URL.canParse(upstream) && new URL(upstream).password !== '') {
    throw withCredentials(`what is made of ${new URL(upstream).host}`);
  }
  checkAlgorithms(compute, `what is made of ${upstream}`);
}

function parse(upstream: string, name: string): URL {
  try {
    return new URL(upstream);
  } catch {
    throw new ValidationError(`${name} is to be fetched from something that is no address.`);
  }
}

function unverified(name: string): ValidationError {
  return new ValidationError(
    `${name} is to be fetched from a host whose certificate is not checked, and has no checksum: name one.`,
  );
}

function withCredentials(name: string): ValidationError {
  return new ValidationError(
    `The address of ${name} holds a user name or password. Name the address without them; an administrator ` +
      'configures credentials in the file that CACHITO_UPSTREAMS_FILE names.',
  );
}
