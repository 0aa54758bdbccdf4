import { posix } from 'node:path';
import { FileAccessError, ValidationError } from '../../../errors/index.js';
import type { SourceTree } from '../../../source/index.js';
import { quote } from '../../quote.js';
import { MAX_FILE_SIZE } from './lines.js';
import { invalidLine } from './place.js';
import {
  type FileRules,
  type IncludeItem,
  parseRequirementsFile,
  type RequirementItem,
  type RequirementsFile,
} from './requirements-file.js';

/** Limits of all files of a package together. */
const MAX_FILES = 500;
const MAX_ITEMS = 10_000;
/** Bytes. */
const MAX_SIZE = 16 * 1024 * 1024;
/** Lines of all sets: a file counts as often as others include it. */
const MAX_COLLECTED = 100_000;

/** One file with everything that it includes: what pip sees when it is given that file. */
export interface FileSet {
  /** In the order in which pip reads them. */
  requirements: RequirementItem[];
  constraints: RequirementItem[];
  files: RequirementsFile[];
}

/** The requirements files of a source, each read once. */
export class FileLibrary {
  private readonly known = new Map<string, RequirementsFile>();
  private items = 0;
  private size = 0;
  private collected = 0;

  constructor(
    private readonly source: Pick<SourceTree, 'read'>,
    private readonly rules: FileRules,
  ) {}

  /** In the order in which they were first asked for. */
  get files(): RequirementsFile[] {
    return [...this.known.values()];
  }

  /** Throws `FileAccessError` when there is no such file, `ValidationError` for what cannot be read or included. */
  async collect(path: string): Promise<FileSet> {
    const set: FileSet = { requirements: [], constraints: [], files: [] };
    const file = await this.read(posix.normalize(path));
    if (file === undefined) throw new FileAccessError(`The requirements file ${quote(path)} does not exist.`);
    await this.add(file, 'requirements', set, [], new Set());
    this.collected += set.requirements.length + set.constraints.length;
    if (this.collected > MAX_COLLECTED)
      throw new ValidationError(
        `Requirements files include each other so often that they come to more than ${MAX_COLLECTED} lines.`,
      );
    return set;
  }

  private async add(
    file: RequirementsFile,
    as: IncludeItem['as'],
    set: FileSet,
    includers: readonly string[],
    seen: Set<string>,
  ): Promise<void> {
    const chain = [...includers, file.path];
    if (includers.includes(file.path))
      throw new ValidationError(`Requirements files include each other: ${chain.map(quote).join(' → ')}.`);
    if (seen.has(`${as} ${file.path}`)) return;
    seen.add(`${as} ${file.path}`);
    set.files.push(file);
    for (const item of file.items) {
      if (item.kind === 'requirement') set[as].push(item);
      else if (item.path !== undefined) await this.add(await this.included(item, item.path), item.as, set, chain, seen);
    }
  }

  private async included(item: IncludeItem, path: string): Promise<RequirementsFile> {
    const file = await this.read(path);
    if (file === undefined)
      throw invalidLine(item, `The repository has no file ${quote(path)}. Correct the path, or add it.`);
    return file;
  }

  private async read(path: string): Promise<RequirementsFile | undefined> {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    if (this.known.size === MAX_FILES)
      throw new ValidationError(`More than ${MAX_FILES} requirements files are included.`);
    const content = await this.source.read(path, { maxSize: MAX_FILE_SIZE });
    if (content === undefined) return undefined;
    this.size += content.length;
    if (this.size > MAX_SIZE)
      throw new ValidationError(`All requirements files together are larger than ${MAX_SIZE / 1024 / 1024} MiB.`);
    const file = await parseRequirementsFile(content, path, this.rules);
    this.items += file.items.length;
    if (this.items > MAX_ITEMS)
      throw new ValidationError(`There are more than ${MAX_ITEMS} requirements in all files.`);
    this.known.set(path, file);
    return file;
  }
}
