import { DamagedTarball, scanTarball, type TarballMember } from './scan-tarball.js';

/** What of a package's tarball its manifest is made of. */
export interface PackageContent {
  /** Text of `package.json`; undefined when there is none, or it is no regular file or too large. */
  packageJson: string | undefined;
  /** Whether npm would run `node-gyp` for it. */
  hasGypFile: boolean;
  hasShrinkwrap: boolean;
}

/** Bytes; the largest of the public registry have a third of it. */
const MAX_PACKAGE_JSON = 1024 * 1024;
const MAX_FILES = 10_000;

/**
 * Reads what a manifest is made of: the first member named `package.json` counts, whatever its directory is called. Of
 * a tarball that is damaged or too large, what was found so far; nobody can install it, but the request has it.
 */
export async function readPackage(content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PackageContent> {
  const found: PackageContent = { packageJson: undefined, hasGypFile: false, hasShrinkwrap: false };
  let seen = false;
  await scanLeniently(content, signal, async (member) => {
    switch (member.path) {
      case 'package.json':
        if (!seen && member.isFile && member.size <= MAX_PACKAGE_JSON) found.packageJson = await textOf(member);
        seen = true;
        break;
      case 'binding.gyp':
        found.hasGypFile ||= member.isFile;
        break;
      case 'npm-shrinkwrap.json':
        found.hasShrinkwrap ||= member.isFile;
        break;
    }
  });
  return found;
}

/** Names of the files below a directory of the package, relative to it, at most ten thousand. */
export async function listFiles(
  content: AsyncIterable<Uint8Array>,
  directory: string,
  signal: AbortSignal,
): Promise<string[]> {
  const files: string[] = [];
  await scanLeniently(content, signal, async ({ path, isFile }) => {
    if (isFile && path.startsWith(`${directory}/`)) files.push(path.slice(directory.length + 1));
    return files.length < MAX_FILES ? undefined : 'stop';
  });
  return files;
}

async function scanLeniently(...parameters: Parameters<typeof scanTarball>): Promise<void> {
  try {
    await scanTarball(...parameters);
  } catch (error) {
    if (!(error instanceof DamagedTarball)) throw error;
  }
}

async function textOf({ content }: TarballMember): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) if (Buffer.isBuffer(piece)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
