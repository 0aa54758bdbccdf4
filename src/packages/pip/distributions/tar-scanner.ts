import { padding, readPaxRecords, readTarBlock, TAR_BLOCK, type TarBlock, untilNul } from '../../../archive/index.js';
import { LIMITS, type Refusal } from './archive-limits.js';

/** A member of an archive, as its headers say. */
export interface ArchiveMember {
  /** As written; bytes that are not UTF-8 are replaced. */
  path: string;
  type: 'file' | 'directory' | 'link';
  /** Bytes of the content. */
  size: number;
}

/** Is told each member, and may ask for the content of a small one by returning a function that takes it. */
export type MemberVisitor = (member: ArchiveMember) => ((content: Buffer) => void) | undefined;

const TYPES = new Map<string, ArchiveMember['type']>([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['1', 'link'],
  ['2', 'link'],
  ['5', 'directory'],
]);
/** Of headers that say more about the next member: those of pax, for one or for all members, and GNU's long names. */
const EXTENSIONS = 'xgLK';
/** Both leave the bytes of a name as they are. */
const CHARSETS = ['BINARY', 'ISO-IR 10646 2000 UTF-8'];
const ZEROS = Buffer.alloc(64 * 1024);

/** What the next bytes are, and what is done with them when all have come. */
interface Section {
  missing: number;
  /** Undefined = not kept. */
  parts: Uint8Array[] | undefined;
  done: (content: Buffer) => void;
}

/**
 * Reads the text of a tar archive, piece by piece as it is pushed, and shows its members. Everything that two readers
 * could understand differently is refused, since what is judged here is unpacked by others.
 */
export class TarScanner {
  private section: Section = this.headerSection();
  /** Of headers before the member that they belong to. */
  private extensions = new Map<string, Buffer>();
  private members = 0;
  private isEmpty = true;
  private isBehindEnd = false;

  constructor(
    private readonly visit: MemberVisitor,
    private readonly refusal: Refusal,
  ) {}

  push(chunk: Uint8Array): void {
    this.isEmpty &&= chunk.length === 0;
    for (let rest = chunk; rest.length > 0; ) rest = this.isBehindEnd ? this.checkTail(rest) : this.take(rest);
  }

  /** To be called when all was pushed. */
  end(): void {
    // Many writers leave out the two blocks of zeros that mark the end.
    const isBetweenMembers = this.section.missing === TAR_BLOCK && this.extensions.size === 0 && this.members > 0;
    if (this.isEmpty || !(this.isBehindEnd || isBetweenMembers)) throw this.damaged();
  }

  private take(chunk: Uint8Array): Uint8Array {
    const { section } = this;
    const part = chunk.subarray(0, section.missing);
    section.parts?.push(part);
    section.missing -= part.length;
    if (section.missing === 0) section.done(Buffer.concat(section.parts ?? []));
    return chunk.subarray(part.length);
  }

  /** Others might go on reading behind the end. */
  private checkTail(chunk: Uint8Array): Uint8Array {
    const part = chunk.subarray(0, ZEROS.length);
    if (Buffer.compare(part, ZEROS.subarray(0, part.length)) !== 0) throw this.refusal('goes on behind its end');
    return chunk.subarray(part.length);
  }

  private expect(length: number, isKept: boolean, done: Section['done']): void {
    if (length === 0) return done(Buffer.alloc(0));
    this.section = { missing: length, parts: isKept ? [] : undefined, done };
  }

  private headerSection(): Section {
    return { missing: TAR_BLOCK, parts: [], done: (block) => this.header(block) };
  }

  private header(block: Buffer): void {
    if (block.equals(ZEROS.subarray(0, TAR_BLOCK))) {
      if (this.extensions.size > 0) throw this.damaged();
      this.isBehindEnd = true;
      return;
    }
    const header = readTarBlock(block);
    if (header === undefined) throw this.damaged();
    if (EXTENSIONS.includes(header.typeFlag)) this.extension(header);
    else this.member(header);
  }

  private extension({ typeFlag, size }: TarBlock): void {
    if (size > LIMITS.header) throw this.refusal(`holds a header of more than ${LIMITS.header} bytes`);
    this.content(size, (content) => {
      if (typeFlag === 'L') this.extend('path', untilNul(content));
      else if (typeFlag === 'K') this.extend('linkpath', untilNul(content));
      else this.addRecords(content, typeFlag === 'g');
    });
  }

  private addRecords(content: Buffer, isGlobal: boolean): void {
    const records = readPaxRecords(content);
    if (records === undefined) throw this.damaged();
    for (const [key, value] of records) {
      if (key.startsWith('GNU.sparse.')) throw this.refusal('holds a sparse file');
      if (key === 'hdrcharset' && !CHARSETS.includes(value.toString())) throw this.refusal('holds unreadable names');
      if (!['path', 'linkpath', 'size'].includes(key)) continue;
      if (isGlobal) throw this.refusal(`holds a header for all members with an unexpected "${key}"`);
      this.extend(key, value);
    }
  }

  private extend(key: string, value: Buffer): void {
    if (this.extensions.has(key)) throw this.refusal('names a member twice');
    this.extensions.set(key, value);
  }

  private member(header: TarBlock): void {
    this.members += 1;
    if (this.members > LIMITS.members) throw this.refusal(`holds more than ${LIMITS.members} members`);
    const name = this.extensions.get('path') ?? header.name;
    const size = this.extensions.get('size')?.toString('latin1') ?? String(header.size);
    this.extensions.clear();
    const path = name.toString();
    const written = TYPES.get(header.typeFlag);
    if (written === undefined) throw this.refusal('holds a member that is no file, directory or link');
    const type = written === 'file' && path.endsWith('/') ? 'directory' : written;
    if (path === '' || name.length > LIMITS.path || name.includes(0)) {
      throw this.refusal('holds a member with an impossible name');
    }
    if (size !== String(header.size)) throw this.refusal('gives a member two sizes');
    if (type !== 'file' && header.size > 0) throw this.refusal('holds a directory or link with content');
    this.content(header.size, this.visit({ path, type, size: header.size }));
  }

  /** Content, its padding, and then another header. */
  private content(size: number, taker: Section['done'] | undefined): void {
    this.expect(size, taker !== undefined, (content) => {
      taker?.(content);
      this.expect(padding(size).length, false, () => {
        this.section = this.headerSection();
      });
    });
  }

  private damaged(): Error {
    return this.refusal('is no tar archive, or is damaged or cut off');
  }
}
