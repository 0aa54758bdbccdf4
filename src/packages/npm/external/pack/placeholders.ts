import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodePath, type TreeEntry } from '../../../../archive/index.js';
import { UnsupportedFeature, ValidationError } from '../../../../errors/index.js';
import type { SourceTree } from '../../../../source/index.js';
import { quote } from '../../../quote.js';
import { MAX_MANIFEST } from '../manifest.js';

/** Files that say what is packed. */
const MEANINGFUL = new Set(['package.json', '.npmignore', '.gitignore']);
/** Bytes of them in one repository. */
const MAX_MEANINGFUL = 64 * 1024 * 1024;
const MAX_FILES = 100_000;
const WRITES_AT_A_TIME = 32;
/** Another file or folder of that name is there already, or the name is too long or has characters that are refused. */
const UNWRITABLE = new Set(['EEXIST', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'EILSEQ', 'EINVAL', 'ENOENT']);

/** A tree on disk, for npm to select from. */
export interface Placeholders {
  /** The regular files by their path on disk, where names that are not UTF-8 are mangled. */
  files: Map<string, TreeEntry>;
  /** Paths of the symbolic links, which npm does not pack. */
  links: ReadonlySet<string>;
}

/**
 * Writes the files of a tree below a folder: those that say what is packed as they are, all others empty, because only
 * their names count. Links are left out, but for those that stand for such a file. Throws `ValidationError` when there
 * is too much, `UnsupportedFeature` for names that this host cannot tell apart or write.
 */
export async function writePlaceholders(tree: SourceTree, directory: string, owner: string): Promise<Placeholders> {
  const files = new Map<string, TreeEntry>();
  const links = new Set<string>();
  const writer = new PlaceholderWriter(directory, owner);
  let meaningful = 0;
  for await (const entry of tree.list()) {
    if (entry.type === 'directory') continue;
    const path = encodePath(entry.path).toString('utf8');
    const isMeaningful = MEANINGFUL.has(path.slice(path.lastIndexOf('/') + 1));
    if (entry.type === 'symlink') links.add(path);
    else files.set(path, entry);
    if (files.size + links.size > MAX_FILES) throw tooLarge(owner, `more than ${MAX_FILES} files`);
    if (entry.type === 'symlink' && !isMeaningful) continue;
    const content = isMeaningful ? await tree.read(entry.path, { maxSize: MAX_MANIFEST }) : Buffer.alloc(0);
    if (content === undefined) continue;
    meaningful += content.length;
    if (meaningful > MAX_MEANINGFUL) throw tooLarge(owner, `more than ${MAX_MEANINGFUL} bytes of package.json files`);
    await writer.write(path, content);
  }
  await writer.finish();
  return { files, links };
}

class PlaceholderWriter {
  private readonly directories = new Set<string>();
  private readonly batch: Promise<void>[] = [];

  constructor(
    private readonly root: string,
    private readonly owner: string,
  ) {}

  /** Begins to; some others may be written at the same time. */
  async write(path: string, content: Buffer): Promise<void> {
    const file = join(this.root, path);
    await this.makeDirectory(dirname(file)).catch((error: unknown) => this.fail(path, error));
    const written = writeFile(file, content, { flag: 'wx' }).catch((error: unknown) => this.fail(path, error));
    written.catch(() => undefined);
    this.batch.push(written);
    if (this.batch.length >= WRITES_AT_A_TIME) await this.finish();
  }

  async finish(): Promise<void> {
    await Promise.all(this.batch.splice(0));
  }

  private async makeDirectory(directory: string): Promise<void> {
    if (this.directories.has(directory)) return;
    await mkdir(directory, { recursive: true });
    this.directories.add(directory);
  }

  /** Errors of the disk itself are thrown as they are. */
  private fail(path: string, error: unknown): never {
    const { code } = Object(error);
    if (typeof code !== 'string' || !UNWRITABLE.has(code)) throw error;
    throw new UnsupportedFeature(
      `The git dependency ${this.owner} holds the file ${quote(path)}, which this host cannot write or cannot tell ` +
        'from another one.',
    );
  }
}

function tooLarge(owner: string, what: string): ValidationError {
  return new ValidationError(`The git dependency ${owner} is too large to be packed: it holds ${what}.`);
}
