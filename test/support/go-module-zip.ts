import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A module zip of these files (path in the module → content), uncompressed. */
export function moduleZip(module: string, version: string, files: Record<string, string>): Buffer {
  const entries = Object.entries(files).map(([path, content]) => ({
    name: Buffer.from(`${module}@${version}/${path}`),
    content: Buffer.from(content),
  }));
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(0x21, 8); // 1 January 1980
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(offset, 10);
    locals.push(Buffer.from('PK\x03\x04'), common, name, content);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, central, name);
    offset += 30 + name.length + content.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** The two lines of `go.sum` for a module: `h1` is the digest of a list of digests and names. */
export function goSumLines(module: string, version: string, files: Record<string, string>, goMod: string): string {
  const zip = h1(Object.entries(files).map(([path, content]) => [`${module}@${version}/${path}`, content]));
  return `${module} ${version} ${zip}\n${module} ${version}/go.mod ${h1([['go.mod', goMod]])}\n`;
}

function h1(files: [string, string][]): string {
  const sorted = files.toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = sorted.map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`);
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}
