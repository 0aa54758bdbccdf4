import { LIMITS, type Refusal, refusalOf } from './archive-limits.js';
import { scanAside } from './scan-aside.js';
import { scanTar } from './scan-tar.js';
import { type SdistContents, SdistMembers } from './sdist-members.js';
import { sdistExtension } from './sdist-name.js';
import { withZip, type ZipMember } from './zip-file.js';

export type { SdistContents } from './sdist-members.js';

/**
 * Reads a source distribution to its end, in bounded memory and without keeping others waiting. `file`: absolute path;
 * `fileName`: what it is called, which tells its format. A `.tar.Z` is not looked into. Throws `ValidationError` for
 * what is damaged, cut off, hostile, no archive of that format, or lacks a file `PKG-INFO` that is required.
 */
export async function readSdist(
  file: string,
  fileName: string,
  { requirePkgInfo }: { requirePkgInfo: boolean },
  signal: AbortSignal,
): Promise<SdistContents> {
  signal.throwIfAborted();
  const refusal = refusalOf(fileName);
  const extension = sdistExtension(fileName);
  switch (extension) {
    case '.tar.Z':
      return { files: new Map(), eggInfos: new Map() };
    case '.tar.bz2':
    case '.tar.xz':
      return scanAside({ file, fileName, extension, requirePkgInfo }, signal);
    case undefined:
      throw refusal('has not the name of a source distribution');
  }
  const members = new SdistMembers(refusal);
  if (extension === '.zip') await readZip(file, members, refusal, signal);
  else await scanTar(file, extension, members, refusal, signal);
  return members.finish(requirePkgInfo);
}

async function readZip(file: string, members: SdistMembers, refusal: Refusal, signal: AbortSignal): Promise<void> {
  const takers = new Map<string, (content: Buffer) => void>();
  const isWanted = (member: ZipMember): boolean => {
    const taker = members.add(member);
    if (taker !== undefined) takers.set(member.path, taker);
    return taker !== undefined;
  };
  await withZip(file, refusal, signal, isWanted, async (wanted) => {
    for (const member of wanted) takers.get(member.path)?.(await member.read(LIMITS.file));
  });
}
