import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { checkNames } from '../module-zip/check-names.js';
import { findContent } from '../module-zip/entry-content.js';
import { FileWindow } from '../module-zip/file-window.js';
import { InvalidZip } from '../module-zip/invalid-zip.js';
import { readDirectory, type ZipEntry } from '../module-zip/zip-directory.js';
import { findDirectory } from '../module-zip/zip-end.js';

export interface PackedToolchain {
  /** Absolute path of the module zip. */
  zip: string;
  /** Module path and version. */
  name: string;
  version: string;
  /** Absolute path of a directory that does not exist yet. */
  target: string;
}

/** What a directory holds, links and directories not counted. */
export interface TreeSize {
  files: number;
  bytes: number;
}

/** The largest file of a toolchain, the compiler, has a tenth of it. Bytes. */
const MAX_FILE = 256 * 1024 * 1024;

/**
 * Unpacks a toolchain as `go` does (cmd/go/internal/toolchain): what is a command can be executed, and a `go.mod`, which
 * no module zip can hold but at its root, is there as `_go.mod`. Runs in a thread. Throws `InvalidZip`.
 */
export function unpackToolchain({ zip, name, version, target }: PackedToolchain): TreeSize {
  const file = new FileWindow(zip);
  try {
    const place = findDirectory(file);
    const entries = readDirectory(file.copy(place.offset, place.size), place);
    checkNames(entries, { name, version });
    const directories = new Set<string>();
    for (const entry of entries) {
      const path = entry.name.slice(`${name}@${version}/`.length);
      if (path === '' || path.endsWith('/')) continue;
      const directory = dirname(join(target, path));
      if (!directories.has(directory)) mkdirSync(directory, { recursive: true });
      directories.add(directory);
      writeEntry(join(target, path), contentOf(file, entry), isCommand(path));
    }
  } finally {
    file.close();
  }
  return measureTree(target);
}

/** What lies in a directory, however deep. Runs in a thread. */
export function measureTree(directory: string): TreeSize {
  const size: TreeSize = { files: 0, bytes: 0 };
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    size.files += 1;
    size.bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return size;
}

function writeEntry(file: string, content: Buffer, executable: boolean): void {
  writeFileSync(file, content, { flag: 'wx' });
  if (executable) chmodSync(file, 0o755);
  if (basename(file) === '_go.mod') writeFileSync(join(dirname(file), 'go.mod'), content, { flag: 'wx' });
}

function contentOf(file: FileWindow, entry: ZipEntry): Buffer {
  if (entry.size > MAX_FILE || entry.compressedSize > MAX_FILE) throw new InvalidZip(`${entry.name} is too large`);
  const { start } = findContent(file, entry);
  const packed = file.copy(start, entry.compressedSize);
  const content = entry.isDeflated ? inflate(packed, entry) : packed;
  if (content.length !== entry.size || crc32(content) !== entry.crc32) throw new InvalidZip(`${entry.name} is damaged`);
  return content;
}

/** Into a buffer of the right size, with room for a byte too many. */
function inflate(packed: Buffer, { size }: ZipEntry): Buffer {
  return inflateRawSync(packed, { chunkSize: Math.max(size + 1, 64), maxOutputLength: size + 1 });
}

/** The files that go sets the bits of. */
function isCommand(path: string): boolean {
  return path.startsWith('bin/') || path.startsWith('pkg/tool/') || (path.startsWith('lib/') && /^go_.+_.+_exec$/.test(basename(path)));
}
