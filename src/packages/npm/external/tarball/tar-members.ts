import {
  decodePath,
  padding,
  readPaxRecords,
  readTarBlock,
  TAR_BLOCK,
  type TarBlock,
  untilNul,
} from '../../../../archive/index.js';
import { FileAccessError, ValidationError } from '../../../../errors/index.js';
import { ByteReader } from './byte-reader.js';
import type { TarLimits } from './limits.js';

/** A member of a tar archive, as its headers say. */
export interface TarMember {
  /** As written, spelled like `TreeEntry.path`. */
  path: string;
  type: 'file' | 'directory' | 'symlink' | 'hard link';
  /** Of links, as written. */
  target: string;
  /** Bytes of the content. */
  size: number;
  isExecutable: boolean;
  /** Seconds since 1970. */
  modified: number;
  /** The blocks before the content. */
  headers: Buffer;
  /** Its bytes without padding; to be read before the next member is asked for, or not at all. */
  content(): AsyncIterable<Uint8Array>;
}

const TYPES = new Map<string, TarMember['type']>([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['1', 'hard link'],
  ['2', 'symlink'],
  ['5', 'directory'],
]);

/** Headers that say more about the next member. */
interface Extensions {
  blocks: Buffer[];
  path?: Buffer;
  target?: Buffer;
  size?: number;
}

/**
 * The members of a tar archive in its order. Everything that two readers could understand differently is refused, since
 * what is judged here is unpacked by others. Throws `FileAccessError` for a damaged archive, `ValidationError` for a
 * refused one.
 */
export async function* tarMembers(
  text: AsyncIterable<Uint8Array>,
  limits: TarLimits,
  owner: string,
): AsyncGenerator<TarMember> {
  const reader = new ByteReader(text);
  const tar = new TarText(reader, limits, owner);
  try {
    for (let count = 1; ; count += 1) {
      const member = await tar.next();
      if (member === undefined) return;
      if (count > limits.entries) throw tar.refused(`holds more than ${limits.entries} entries`);
      yield member;
      await tar.skipRest();
    }
  } finally {
    await reader.close();
  }
}

class TarText {
  /** Of the content of the present member, with padding. */
  private unread = 0;

  constructor(
    private readonly reader: ByteReader,
    private readonly limits: TarLimits,
    private readonly owner: string,
  ) {}

  async next(): Promise<TarMember | undefined> {
    const extensions: Extensions = { blocks: [] };
    for (;;) {
      const block = await this.reader.take(TAR_BLOCK);
      if (block.length === 0 || (block.length === TAR_BLOCK && isEmptyBlock(block))) {
        const { path, target, size } = extensions;
        if ((path ?? target ?? size) !== undefined) throw this.damaged();
        return undefined;
      }
      const header = block.length === TAR_BLOCK ? strictBlock(block) : undefined;
      if (header === undefined) throw this.damaged();
      extensions.blocks.push(block);
      if (!(await this.extend(extensions, header))) return this.member(header, extensions);
    }
  }

  async skipRest(): Promise<void> {
    for await (const part of this.reader.stream(this.unread)) this.unread -= part.length;
    if (this.unread > 0) throw this.damaged();
  }

  refused(what: string): ValidationError {
    return new ValidationError(`The archive of ${this.owner} is refused: it ${what}.`);
  }

  private damaged(): FileAccessError {
    return new FileAccessError(`The archive of ${this.owner} is not a tar archive, or is damaged.`);
  }

  /** Whether a header only says more about the next one. */
  private async extend(extensions: Extensions, header: StrictBlock): Promise<boolean> {
    if (!['x', 'g', 'L', 'K'].includes(header.typeFlag)) return false;
    const content = await this.headerContent(header.size);
    extensions.blocks.push(content, padding(content.length));
    if (header.typeFlag === 'L') this.set(extensions, 'path', untilNul(content));
    else if (header.typeFlag === 'K') this.set(extensions, 'target', untilNul(content));
    else this.addRecords(extensions, content, header.typeFlag === 'g');
    return true;
  }

  private async headerContent(size: number): Promise<Buffer> {
    if (size > this.limits.header) throw this.refused(`holds a header of more than ${this.limits.header} bytes`);
    const content = await this.reader.take(size);
    const rest = padding(size).length;
    if (content.length < size || (await this.reader.take(rest)).length < rest) throw this.damaged();
    return content;
  }

  private addRecords(extensions: Extensions, content: Buffer, isGlobal: boolean): void {
    const records = readPaxRecords(content);
    if (records === undefined) throw this.damaged();
    for (const [key, value] of records) {
      if (key.startsWith('GNU.sparse.')) throw this.refused('holds a sparse file');
      if (!['path', 'linkpath', 'size', 'hdrcharset'].includes(key)) continue;
      if (isGlobal || key === 'hdrcharset') throw this.refused(`holds a header with an unexpected "${key}"`);
      if (key === 'path') this.set(extensions, 'path', value);
      else if (key === 'linkpath') this.set(extensions, 'target', value);
      else extensions.size = Number(value.toString('latin1'));
    }
  }

  private set(extensions: Extensions, key: 'path' | 'target', value: Buffer): void {
    if (extensions[key] !== undefined) throw this.refused('names an entry twice');
    extensions[key] = value;
  }

  private member(header: StrictBlock, extensions: Extensions): TarMember {
    const path = decodePath(extensions.path ?? header.name);
    const type = TYPES.get(header.typeFlag);
    if (type === undefined) throw this.refused('holds an entry that is no file, directory or link');
    const isDirectory = type === 'directory' || (type === 'file' && path.endsWith('/'));
    if ((extensions.size ?? header.size) !== header.size) throw this.refused('gives an entry two sizes');
    if ((type !== 'file' || isDirectory) && header.size > 0) {
      throw this.refused('holds a directory or link with content');
    }
    this.unread = header.size + padding(header.size).length;
    return {
      path,
      type: isDirectory ? 'directory' : type,
      target: decodePath(extensions.target ?? header.linkName),
      size: header.size,
      isExecutable: (header.mode & 0o111) !== 0,
      modified: header.modified,
      headers: Buffer.concat(extensions.blocks),
      content: () => this.content(header.size),
    };
  }

  private async *content(size: number): AsyncGenerator<Uint8Array> {
    let missing = size;
    for await (const part of this.reader.stream(size)) {
      missing -= part.length;
      this.unread -= part.length;
      yield part;
    }
    if (missing > 0) throw this.damaged();
  }
}

function isEmptyBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** A header block without anything unreadable. */
type StrictBlock = TarBlock & { mode: number; modified: number };

/** A header that all readers understand alike, and whose numbers can be written again. */
function strictBlock(block: Buffer): StrictBlock | undefined {
  const header = readTarBlock(block);
  if (header === undefined || header.hasSignedSum) return undefined;
  const { mode, modified } = header;
  return mode === undefined || modified === undefined ? undefined : { ...header, mode, modified };
}
