/** A member of a tar archive as an attacker writes it: every field may be anything. */
export interface RawMember {
  name?: string | Buffer;
  type?: string;
  link?: string;
  content?: string | Buffer;
  /** What the header says, instead of the length of the content. */
  size?: number | Buffer;
  mode?: number;
  prefix?: string;
  magic?: string;
  checksum?: number;
  /** Zero bytes behind the content up to the next block are left out. */
  unpadded?: boolean;
}

const END = Buffer.alloc(1024);

/** Tar text of these members, with its end. */
export function tarText(...members: RawMember[]): Buffer {
  return Buffer.concat([...members.map(rawMember), END]);
}

export function rawMember(member: RawMember): Buffer {
  const content = Buffer.from(member.content ?? '');
  const block = Buffer.alloc(512);
  Buffer.from(member.name ?? 'package/a').copy(block, 0, 0, 100);
  block.write(octal(member.mode ?? 0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  const size = member.size ?? content.length;
  if (typeof size === 'number') block.write(octal(size, 11), 124);
  else size.copy(block, 124);
  block.write(octal(1_600_000_000, 11), 136);
  block.write(member.type ?? '0', 156, 'latin1');
  block.write(member.link ?? '', 157);
  block.write(member.magic ?? 'ustar\u000000', 257, 'latin1');
  block.write(member.prefix ?? '', 345);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(member.checksum ?? sum, 6)}\0 `, 148, 'latin1');
  const padding = member.unpadded === true ? 0 : (512 - (content.length % 512)) % 512;
  return Buffer.concat([block, content, Buffer.alloc(padding)]);
}

/** A pax header of type `x` or `g`. */
export function pax(records: Record<string, string | Buffer>, type = 'x'): RawMember {
  const lines = Object.entries(records).map(([key, value]) => paxRecord(key, Buffer.from(value)));
  return { name: 'PaxHeader', type, content: Buffer.concat(lines) };
}

function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  const digits = [1, 2, 3, 4, 5].find((count) => String(rest.length + count).length === count) ?? 0;
  return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
