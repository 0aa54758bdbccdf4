import { posix } from 'node:path';
import type { TreeEntry } from '../../archive/index.js';
import type { SourceTree } from '../../source/index.js';

/** Names of the files that say which modules there are, and what their dependencies are. */
const NAMES: ReadonlySet<string> = new Set(['go.mod', 'go.sum', 'go.work', 'go.work.sum']);

/**
 * Bytes: larger files, and what would make more of them together, are read only when they are asked for. A tree has large
 * files (more than a mebibyte) as streams.
 */
const MAX_FILE = 512 * 1024;
const MAX_TOTAL = 64 * 1024 * 1024;

/** Whether it is a `go.mod` or the like. */
export function isModuleFile(path: string): boolean {
  return NAMES.has(posix.basename(path));
}

/** What a source tells about its modules, read in one go: looking up file by file takes long in large sources. */
export class ModuleFiles {
  private readonly contents = new Map<string, Buffer>();
  private readonly present = new Set<string>();
  /** Symbolic links: path → target as written. */
  readonly links = new Map<string, string>();
  /** Directories called `vendor` that hold files. */
  readonly vendorDirectories = new Set<string>();
  /** Directories with a `go.mod` or `go.work`. */
  readonly moduleDirectories = new Set<string>();
  private total = 0;

  private constructor(private readonly source: SourceTree) {}

  static async of(source: SourceTree): Promise<ModuleFiles> {
    const files = new ModuleFiles(source);
    for await (const { entry, content } of source.contents(undefined, (each) => files.look(each))) {
      if (Buffer.isBuffer(content)) files.contents.set(entry.path, content);
    }
    return files;
  }

  /**
   * The directories `vendor` of modules that only hold copies of packages: in others lie modules, which may be asked for,
   * or replaced by. `go mod vendor` writes no `go.mod`.
   */
  copies(): Set<string> {
    const copies = new Set([...this.moduleDirectories].map((directory) => posix.join(directory, 'vendor')));
    for (const directory of this.moduleDirectories) {
      for (let above = directory; above !== '.'; above = posix.dirname(above)) copies.delete(above);
    }
    return copies;
  }

  /** As `SourceTree.read`; for module files only. */
  async read(path: string, options: { maxSize: number }): Promise<Buffer | undefined> {
    const known = this.contents.get(path);
    return known !== undefined && known.length <= options.maxSize ? known : this.source.read(path, options);
  }

  /** Whether there may be such a file: looking for each one that is not there would take long, too. */
  mayHave(path: string): boolean {
    return this.present.has(path) || this.links.size > 0;
  }

  /** Notes what an entry tells by its path; whether its content is wanted. */
  private look({ path, type, size, linkTarget = '' }: TreeEntry): boolean {
    if (type === 'symlink') this.links.set(path, linkTarget);
    if (type !== 'file' && type !== 'executable') return false;
    for (let at = `/${path}`.indexOf('/vendor/'); at !== -1; at = `/${path}`.indexOf('/vendor/', at + 1)) {
      this.vendorDirectories.add(path.slice(0, at + 'vendor'.length));
    }
    if (!isModuleFile(path)) return false;
    if (path.endsWith('go.mod') || path.endsWith('go.work')) this.moduleDirectories.add(posix.dirname(path));
    this.present.add(path);
    if (size > MAX_FILE || this.total + size > MAX_TOTAL) return false;
    this.total += size;
    return true;
  }
}
