import { LIMITS, type Refusal } from './archive-limits.js';
import { type EggInfo, EggInfos } from './egg-infos.js';
import type { ArchiveMember } from './tar-scanner.js';

/** What is kept of a source distribution. */
export interface SdistContents {
  /** `pyproject.toml`, `setup.cfg`, `setup.py` of its top folder, as far as they are there and not too large. */
  files: Map<string, Buffer>;
  /** `PKG-INFO` of its top folder, unless it is too large. */
  pkgInfo?: Buffer;
  /** Folders `<name>.egg-info` of setuptools, by that name, as far as there are not too many. */
  eggInfos: Map<string, EggInfo>;
}

const WANTED = ['pyproject.toml', 'setup.cfg', 'setup.py'];
const PKG_INFO = 'PKG-INFO';

/** Notes the members of a source distribution as they come by. */
export class SdistMembers {
  /** Of the first member. */
  private top: string | undefined;
  private haveCommonTop = true;
  private hasPkgInfo = false;
  /** By path: of the root, and of the first top folder; which of them count shows at the end. */
  private readonly kept = new Map<string, Buffer>();
  private readonly eggInfos = new EggInfos();

  constructor(private readonly refusal: Refusal) {}

  /** Returns what takes the content of the member, if that is wanted. Throws for one that leads out of the archive. */
  add({ path, type, size }: ArchiveMember): ((content: Buffer) => void) | undefined {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (path.startsWith('/') || names.includes('..')) throw this.refusal('holds a member that lies outside of it');
    if (names.length === 0) return undefined;
    this.top ??= names[0];
    this.haveCommonTop &&= names[0] === this.top && (names.length > 1 || type === 'directory');
    this.hasPkgInfo ||= type === 'file' && names.at(-1) === PKG_INFO;
    const eggInfo = names[0] === this.top ? this.eggInfos.add(names, { type, size }) : undefined;
    if (eggInfo !== undefined) return eggInfo.take;
    if (!this.isCandidate(names)) return undefined;
    // Of two members of one name, the last is what unpacking leaves.
    this.kept.delete(names.join('/'));
    if (type !== 'file' || size > LIMITS.file) return undefined;
    return (content) => void this.kept.set(names.join('/'), content);
  }

  finish(requirePkgInfo: boolean): SdistContents {
    if (requirePkgInfo && !this.hasPkgInfo) {
      throw this.refusal('is no source distribution: it holds no file PKG-INFO');
    }
    const folder = this.haveCommonTop && this.top !== undefined ? `${this.top}/` : '';
    const files = WANTED.map((name) => [name, this.kept.get(folder + name)] as const);
    return {
      files: new Map(files.filter((file): file is [string, Buffer] => file[1] !== undefined)),
      pkgInfo: this.kept.get(folder + PKG_INFO),
      eggInfos: this.haveCommonTop ? this.eggInfos.byName() : new Map(),
    };
  }

  private isCandidate(names: readonly string[]): boolean {
    const isInPlace = names.length === 1 || (names.length === 2 && names[0] === this.top);
    return isInPlace && [...WANTED, PKG_INFO].includes(names[names.length - 1]);
  }
}
