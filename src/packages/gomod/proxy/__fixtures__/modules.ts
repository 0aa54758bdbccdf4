import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A version of a module as its author made it: files by name; `go.mod` among them, or it gets an empty one. */
export interface TestModule {
  path: string;
  version: string;
  files?: Record<string, string>;
}

/** What a module proxy serves of a version. */
export interface ServedVersion {
  info: Buffer;
  mod: Buffer;
  zip: Buffer;
}

export function served({ path, version, files = {} }: TestModule): ServedVersion {
  const mod = files['go.mod'] ?? `module ${path}\n\ngo 1.20\n`;
  return {
    info: Buffer.from(JSON.stringify({ Version: version, Time: '2024-05-06T07:08:09Z' })),
    mod: Buffer.from(mod),
    zip: moduleZip(`${path}@${version}/`, { 'go.mod': mod, ...files }),
  };
}

/** The two lines of a `go.sum`, computed by the recipe of golang.org/x/mod/sumdb/dirhash. */
export function sumLines(module: TestModule): string {
  const { path, version } = module;
  const mod = served(module).mod.toString();
  const files = { 'go.mod': mod, ...module.files };
  const named = Object.entries(files).map(([name, text]): [string, string] => [`${path}@${version}/${name}`, text]);
  return `${path} ${version} h1:${h1(named)}\n${path} ${version}/go.mod h1:${h1([['go.mod', mod]])}\n`;
}

function h1(files: [string, string][]): string {
  const sorted = files.sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = sorted.map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`);
  return createHash('sha256').update(lines.join('')).digest('base64');
}

/** A zip of stored entries (APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16). */
function moduleZip(prefix: string, files: Record<string, string>): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [file, text] of Object.entries(files)) {
    const [name, content] = [Buffer.from(prefix + file), Buffer.from(text)];
    // Version 2.0, no flags, stored, 1980-01-01; then checksum, both sizes, length of the name, no extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}
