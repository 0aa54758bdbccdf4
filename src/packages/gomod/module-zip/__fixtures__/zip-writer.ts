import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a test zip, and what is wrong with it. */
export interface TestEntry {
  name: string | Buffer;
  content?: string | Buffer;
  method?: number;
  flags?: number;
  /** Bytes in the zip, instead of the content, compressed. */
  raw?: Buffer;
  crc32?: number;
  size?: number;
  compressedSize?: number;
  /** Where the directory says it lies. */
  offset?: number;
  /** Unix mode; makes the entry one of a Unix system. */
  mode?: number;
  localName?: string;
  localMethod?: number;
  /** Behind the content; 16 bytes with a signature. */
  descriptor?: Buffer;
  /** Sizes and place stand in a zip64 field. */
  zip64?: boolean;
  extra?: Buffer;
}

export interface TestZip {
  /** Before everything, counted by no offset. */
  before?: Buffer;
  behind?: Buffer;
  comment?: Buffer;
  /** Fields of the end that lie. */
  count?: number;
  disk?: number;
  directorySize?: number;
  directoryOffset?: number;
  /** A zip64 end, with fields that lie. */
  zip64?: { count?: number; size?: bigint; offset?: bigint; at?: bigint; disks?: number };
}

const MAXED = 0xffffffff;

/** A zip as a small writer makes it, with as many lies as one likes. */
export function zipOf(entries: readonly TestEntry[], zip: TestZip = {}): Buffer {
  const bodies: Buffer[] = [];
  const headers: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = localEntry(entry);
    headers.push(directoryHeader(entry, entry.offset ?? offset));
    bodies.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(headers);
  const ends = endOf(zip, entries.length, directory.length, offset);
  return Buffer.concat([zip.before ?? Buffer.alloc(0), ...bodies, directory, ends, zip.behind ?? Buffer.alloc(0)]);
}

export function localEntry(entry: TestEntry): Buffer {
  const name = Buffer.from(entry.localName ?? entry.name);
  const { crc, size, packed } = measure(entry);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(entry.flags ?? 0, 6);
  header.writeUInt16LE(entry.localMethod ?? entry.method ?? 8, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, packed, entry.descriptor ?? Buffer.alloc(0)]);
}

function directoryHeader(entry: TestEntry, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const { crc, size, packed } = measure(entry);
  const compressed = entry.compressedSize ?? packed.length;
  const extra = entry.extra ?? (entry.zip64 === true ? zip64Extra(size, compressed, offset) : Buffer.alloc(0));
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.mode === undefined ? 20 : (3 << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(entry.flags ?? 0, 8);
  header.writeUInt16LE(entry.method ?? 8, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(entry.zip64 === true ? MAXED : compressed, 20);
  header.writeUInt32LE(entry.zip64 === true ? MAXED : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
  header.writeUInt32LE(entry.zip64 === true ? MAXED : offset, 42);
  return Buffer.concat([header, name, extra]);
}

function measure(entry: TestEntry): { crc: number; size: number; packed: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const packed = entry.raw ?? ((entry.method ?? 8) === 8 ? deflateRawSync(content) : content);
  return { crc: entry.crc32 ?? crc32(content), size: entry.size ?? content.length, packed };
}

function zip64Extra(...numbers: number[]): Buffer {
  const extra = Buffer.alloc(4 + numbers.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(numbers.length * 8, 2);
  numbers.forEach((number, at) => extra.writeBigUInt64LE(BigInt(number), 4 + at * 8));
  return extra;
}

function endOf(zip: TestZip, entries: number, size: number, offset: number): Buffer {
  const comment = zip.comment ?? Buffer.alloc(0);
  const end = Buffer.alloc(22);
  const isLarge = zip.zip64 !== undefined;
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip.disk ?? 0, 4);
  end.writeUInt16LE(zip.count ?? (isLarge ? 0xffff : entries), 8);
  end.writeUInt16LE(zip.count ?? (isLarge ? 0xffff : entries), 10);
  end.writeUInt32LE(zip.directorySize ?? (isLarge ? MAXED : size), 12);
  end.writeUInt32LE(zip.directoryOffset ?? (isLarge ? MAXED : offset), 16);
  end.writeUInt16LE(comment.length, 20);
  const modern = zip.zip64 === undefined ? Buffer.alloc(0) : end64(zip.zip64, entries, size, offset);
  return Buffer.concat([modern, end, comment]);
}

function end64(lies: NonNullable<TestZip['zip64']>, entries: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(lies.count ?? entries), 24);
  end.writeBigUInt64LE(BigInt(lies.count ?? entries), 32);
  end.writeBigUInt64LE(lies.size ?? BigInt(size), 40);
  end.writeBigUInt64LE(lies.offset ?? BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(lies.at ?? BigInt(offset + size), 64);
  end.writeUInt32LE(lies.disks ?? 1, 72);
  return end;
}
