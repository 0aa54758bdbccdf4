import type { LockedVersion } from './npm-content.js';

/** The version whose tarball has this name: the usual one, or the one under which upstream has it. */
export function findTarball(versions: readonly LockedVersion[], file: string): LockedVersion | undefined {
  return (
    versions.find((each) => file === tarballName(each)) ?? versions.find((each) => file === upstreamName(each.upstream))
  );
}

/** Path of a tarball below a registry, percent-encoded. */
export function tarballPath(version: Pick<LockedVersion, 'name' | 'version'>): string {
  return `${version.name.split('/').map(encodePart).join('/')}/-/${encodePart(tarballName(version))}`;
}

/** `dial-4.6.0.tgz` for version 4.6.0 of `@acme/dial`. */
function tarballName({ name, version }: Pick<LockedVersion, 'name' | 'version'>): string {
  return `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** Names of old packages do not follow the rule; lock files then hold the name that upstream has. */
function upstreamName(upstream: string): string | undefined {
  const path = upstream.split(/[?#]/, 1)[0] ?? '';
  const dash = path.indexOf('/-/');
  if (dash === -1) return undefined;
  try {
    return decodeURIComponent(path.slice(dash + '/-/'.length));
  } catch {
    return undefined;
  }
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replaceAll('%40', '@');
}
