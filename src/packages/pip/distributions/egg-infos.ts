import { posix } from 'node:path';
import { LIMITS } from './archive-limits.js';
import type { ArchiveMember } from './tar-scanner.js';

/** What a folder `<name>.egg-info` of setuptools holds. */
export interface EggInfo {
  /** Undefined when there is none; `unreadable` when it is too large or no file. */
  requires: Buffer | 'unreadable' | undefined;
}

const SUFFIX = '.egg-info';
/** Beside packaging tools with their tests, nobody has more than one. */
const MAX_FOLDERS = 4;

/** Notes the folders `.egg-info` of a source distribution as their members come by. */
export class EggInfos {
  /** By path. */
  private readonly folders = new Map<string, EggInfo>();

  /**
   * Undefined for what is in none of them. They lie beside the packages: in the top folder of the archive, or in one of
   * its folders such as `src` (`package_dir`). `names`: the path of the member.
   */
  add(
    names: readonly string[],
    { type, size }: Pick<ArchiveMember, 'type' | 'size'>,
  ): { take: ((content: Buffer) => void) | undefined } | undefined {
    const isInPlace = names.length === 3 || names.length === 4;
    if (!isInPlace || names.at(-2)?.endsWith(SUFFIX) !== true) return undefined;
    const path = names.slice(0, -1).join('/');
    const eggInfo = this.folders.get(path) ?? { requires: undefined };
    // One more tells that there are too many.
    if (this.folders.size <= MAX_FOLDERS) this.folders.set(path, eggInfo);
    if (names.at(-1) !== 'requires.txt') return { take: undefined };
    // Of two members of one name, the last is what unpacking leaves.
    eggInfo.requires = 'unreadable';
    if (type !== 'file' || size > LIMITS.file) return { take: undefined };
    return { take: (content) => void (eggInfo.requires = content) };
  }

  /** By the names of the folders without `.egg-info`; of two of one name, the one that lies higher. None of too many. */
  byName(): Map<string, EggInfo> {
    if (this.folders.size > MAX_FOLDERS) return new Map();
    const depth = (path: string): number => path.split('/').length;
    const deepestFirst = [...this.folders].sort(([one], [other]) => depth(other) - depth(one));
    return new Map(deepestFirst.map(([path, eggInfo]) => [posix.basename(path, SUFFIX), eggInfo]));
  }
}
