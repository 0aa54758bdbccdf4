import { crc32, deflateRawSync } from 'node:zlib';
import { goPlatform, TOOLCHAIN_MODULE, toolchainVersion } from '../toolchain-module.js';

const HEADER = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 };

/** A zip of these files, deflated. */
export function zipOf(files: Record<string, string>): Buffer {
  const contents: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    // From the version that is needed to the length of the extra field: the same in both headers.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const entry = [uint32(HEADER.local), common, Buffer.from(name), packed];
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(offset, 10);
    directory.push(uint32(HEADER.central), Buffer.from([20, 0]), common, attributes, Buffer.from(name));
    contents.push(...entry);
    offset += size(entry);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(HEADER.end, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(size(directory), 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...contents, ...directory, end]);
}

/** The module zip of a toolchain for this host, whose commands are scripts. */
export function packedToolchain(release: string): Buffer {
  const version = toolchainVersion(release, goPlatform() ?? '');
  const files = {
    VERSION: `go${release}\n`,
    'bin/go': `#!/bin/sh\necho go version go${release}\n`,
    'bin/gofmt': '#!/bin/sh\n',
    'pkg/tool/linux_amd64/compile': '#!/bin/sh\n',
    'lib/wasm/go_js_wasm_exec': '#!/bin/sh\n',
    'lib/wasm/wasm_exec.js': '//\n',
    'src/_go.mod': 'module std\n',
    'src/fmt/print.go': 'package fmt\n',
    'src/empty': '',
  };
  return zipOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`${TOOLCHAIN_MODULE}@${version}/${path}`, text])),
  );
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function size(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
