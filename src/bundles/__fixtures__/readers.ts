import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DecompressionStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { type ReadEntry, t as listTar } from 'tar';
import tar from 'tar-stream';
import { encodePath } from '../../archive/index.js';

/**
 * An entry as a reader sees it: name and link target as hexadecimal bytes (without the slash of a directory), kind,
 * mode, size, SHA-256 of the content, seconds since 1970.
 */
export type ListedEntry = [
  name: string,
  kind: string,
  mode: number,
  size: number,
  sha256: string,
  target: string,
  time: number,
];

export function listed(
  name: string,
  kind: string,
  mode: number,
  size: number,
  digest: Hash,
  target: string,
  time: number,
): ListedEntry {
  return [hex(name.replace(/\/$/, '')), kind, mode, size, digest.digest('hex'), hex(target), time];
}

function hex(text: string): string {
  return encodePath(text).toString('hex');
}

function fixture(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function lines(command: string, args: string[], cwd?: string): Promise<ListedEntry[]> {
  const { stdout } = await execa(command, args, { cwd, env: { GOFLAGS: '', GO111MODULE: 'off' } });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line): ListedEntry => JSON.parse(line));
}

export function listWithPython(mode: 'r:gz' | 'r|gz', bundle: string): Promise<ListedEntry[]> {
  return lines('python3', [fixture('list-tar.py'), mode, bundle]);
}

export function listWithGo(bundle: string): Promise<ListedEntry[]> {
  return lines('go', ['run', fixture('list-tar.go'), bundle]);
}

export async function listWithTarStream(tarText: AsyncIterable<Uint8Array>): Promise<ListedEntry[]> {
  const extract = tar.extract();
  const fed = pipeline(Readable.from(tarText), extract);
  const entries: ListedEntry[] = [];
  for await (const entry of extract) {
    const digest = createHash('sha256');
    for await (const chunk of entry) digest.update(chunk as Uint8Array);
    const { name, type, mode, size, linkname, mtime } = entry.header;
    entries.push(listed(name, type, mode, size, digest, linkname ?? '', mtime.getTime() / 1000));
  }
  await fed;
  return entries;
}

export function gunzipStream(bundle: string): AsyncIterable<Uint8Array> {
  return createReadStream(bundle).pipe(createGunzip());
}

/** The same class that browsers have. */
export function decompressionStream(bundle: string): AsyncIterable<Uint8Array> {
  return Readable.fromWeb(Readable.toWeb(createReadStream(bundle)).pipeThrough(new DecompressionStream('gzip')));
}

export async function listWithNodeTar(bundle: string): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = [];
  const onReadEntry = (entry: ReadEntry): void => {
    const digest = createHash('sha256');
    const { path, mode = 0, size, linkpath = '', mtime } = entry;
    const kind = { SymbolicLink: 'symlink', Directory: 'directory' }[String(entry.type)] ?? 'file';
    entry.on('data', (chunk: Uint8Array) => digest.update(chunk));
    entry.on('end', () =>
      entries.push(listed(path, kind, mode, size, digest, linkpath, (mtime?.getTime() ?? 0) / 1000)),
    );
  };
  await listTar({ file: bundle, strict: true, onReadEntry });
  return entries;
}

/** Unpacks with a command and looks at what lies there then. Names of parents are left out that no entry stands for. */
export async function listUnpacked(
  command: string,
  args: string[],
  bundle: string,
  directory: string,
): Promise<ListedEntry[]> {
  await mkdir(directory);
  await execa(command, [...args, '-xf', bundle], { cwd: directory, env: { LC_ALL: 'C.UTF-8' } });
  return walk(Buffer.from(directory), Buffer.alloc(0));
}

async function walk(root: Buffer, parent: Buffer): Promise<ListedEntry[]> {
  const directory = parent.length === 0 ? root : Buffer.concat([root, Buffer.from('/'), parent]);
  const names = await readdir(directory, { encoding: 'buffer' });
  const entries: ListedEntry[] = [];
  for (const name of names) {
    const path = parent.length === 0 ? name : Buffer.concat([parent, Buffer.from('/'), name]);
    const absolute = Buffer.concat([root, Buffer.from('/'), path]);
    const stats = await lstat(absolute);
    const time = Math.trunc(stats.mtimeMs / 1000);
    const digest = createHash('sha256');
    if (stats.isDirectory()) {
      const below = await walk(root, path);
      entries.push(
        [path.toString('hex'), 'directory', stats.mode & 0o777, 0, digest.digest('hex'), '', time],
        ...below,
      );
    } else if (stats.isSymbolicLink()) {
      const target = await readlink(absolute, { encoding: 'buffer' });
      entries.push([
        path.toString('hex'),
        'symlink',
        stats.mode & 0o777,
        0,
        digest.digest('hex'),
        target.toString('hex'),
        time,
      ]);
    } else {
      for await (const chunk of createReadStream(absolute)) digest.update(chunk as Buffer);
      entries.push([path.toString('hex'), 'file', stats.mode & 0o777, stats.size, digest.digest('hex'), '', time]);
    }
  }
  return entries;
}

export function scratchPath(root: string, name: string): string {
  return join(root, name.replace(/\W+/g, '-'));
}
