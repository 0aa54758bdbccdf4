import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeBlobStore, sha256Of, type StoreUnderTest } from '../blob-store.compliance.js';
import { type Durability, FilesystemBlobStore } from './filesystem-blob-store.js';

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cachito-store-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function pathOf(root: string, sha256: string): string {
  return join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

async function openStore(
  durability: Durability = 'permanent',
): Promise<StoreUnderTest & { root: string; store: FilesystemBlobStore }> {
  const root = await mkdtemp(join(scratch, 'root-'));
  return {
    root,
    store: new FilesystemBlobStore(root, durability),
    async damage(sha256) {
      const path = pathOf(root, sha256);
      const content = await readFile(path);
      content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
      const { atime, mtime } = await stat(path);
      await chmod(path, 0o644);
      await writeFile(path, content);
      // A disk does not tell when bits rot; but what is believed by its time must have another one to be read again.
      await utimes(path, atime, new Date(mtime.getTime() + 1));
      await chmod(path, 0o444);
    },
    leftovers: async () =>
      (await filesBelow(root)).filter((file) => !/^([0-9a-f]{2})\/([0-9a-f]{2})\/\1\2[0-9a-f]{60}$/.test(file)),
  };
}

describeBlobStore('FilesystemBlobStore, permanent', () => openStore('permanent'));
describeBlobStore('FilesystemBlobStore, rebuildable', () => openStore('rebuildable'));

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe('FilesystemBlobStore on disk', () => {
  let root: string;
  let store: FilesystemBlobStore;
  beforeEach(async () => ({ root, store } = await openStore()));

  it('keeps blobs as read-only files by their key', async () => {
    const { sha256 } = await store.put(of(Buffer.from('content')));
    expect(await filesBelow(root)).toEqual([[sha256.slice(0, 2), sha256.slice(2, 4), sha256].join(sep)]);
    expect((await stat(pathOf(root, sha256))).mode & 0o777).toBe(0o444);
  });

  it('does not move a blob that is there', async () => {
    const { sha256 } = await store.put(of(Buffer.from('content')));
    const { ino } = await stat(pathOf(root, sha256));
    await store.put(of(Buffer.from('content')));
    expect((await stat(pathOf(root, sha256))).ino).toBe(ino);
  });

  it('replaces a blob that was cut off', async () => {
    const content = Buffer.from('content');
    const path = pathOf(root, sha256Of(content));
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, 'con');
    await store.put(of(content));
    expect(await readFile(path, 'utf8')).toBe('content');
  });

  it('does not read again what it has found good, while the file is the same', async () => {
    const { sha256 } = await store.put(of(Buffer.from('content')));
    const path = pathOf(root, sha256);
    const time = new Date('2026-01-01T00:00:00Z');
    await utimes(path, time, time);
    expect(await store.verify(sha256)).toBe(true);
    // The same inode, size and time: by that alone the store believes.
    await chmod(path, 0o644);
    await writeFile(path, 'CONTENT');
    await utimes(path, time, time);
    expect(await store.verify(sha256)).toBe(true);
    expect(await new FilesystemBlobStore(root).verify(sha256)).toBe(false);
  });

  it('lists nothing but blobs', async () => {
    const { sha256 } = await store.put(of(Buffer.from('content')));
    await mkdir(join(root, 'ff', 'ff'), { recursive: true });
    await writeFile(join(root, 'ff', 'ff', sha256), 'a blob in the wrong place');
    await writeFile(join(root, 'ff', 'ff', 'README'), 'no blob');
    await mkdir(join(root, 'lost+found'));
    const keys: string[] = [];
    for await (const blob of store.list()) keys.push(blob.sha256);
    expect(keys).toEqual([sha256]);
  });

  it('removes old temporary files only', async () => {
    await mkdir(join(root, 'tmp'));
    await writeFile(join(root, 'tmp', 'old'), '');
    await writeFile(join(root, 'tmp', 'new'), '');
    await utimes(join(root, 'tmp', 'old'), new Date(0), new Date(Date.now() - 3_600_000));
    expect(await store.removeAbandoned(new Date(Date.now() - 60_000))).toBe(1);
    expect(await filesBelow(root)).toEqual([join('tmp', 'new')]);
    expect(await new FilesystemBlobStore(join(root, 'nowhere')).removeAbandoned(new Date())).toBe(0);
  });

  it('tells of a directory that cannot be written, without naming it', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const broken = new FilesystemBlobStore(file);
    await expect(broken.check()).rejects.toThrow(/^The store cannot be used \(ENOTDIR\)$/);
  });

  describe('with processes of their own', () => {
    const writer = fileURLToPath(new URL('./__fixtures__/endless-writer.ts', import.meta.url));
    const typescript = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));
    const command = [process.execPath, '--import', typescript, writer];

    /** Lines that a process prints until it ends; `onLine` sees each as it comes. */
    async function run(child: ChildProcess, onLine: (count: number) => void = () => undefined): Promise<string[]> {
      const lines: string[] = [];
      const exited = once(child, 'exit');
      if (child.stdout === null) throw new Error('stdout is not piped');
      for await (const line of createInterface({ input: child.stdout })) onLine(lines.push(line));
      await exited;
      return lines;
    }

    async function expectWhole(told: string[]): Promise<void> {
      for await (const { sha256 } of store.list()) expect(sha256Of(await readFile(pathOf(root, sha256)))).toBe(sha256);
      for (const sha256 of told) expect(await store.verify(sha256)).toBe(true);
    }

    it('has only whole blobs after a writer was killed, and all that were told of', async () => {
      const [node = '', ...args] = command;
      for (const killedAt of [1, 4, 9]) {
        const child = spawn(node, [...args, root], { stdio: ['ignore', 'pipe', 'inherit'] });
        const told = await run(child, (count) => count >= killedAt && child.kill('SIGKILL'));
        expect(child.signalCode).toBe('SIGKILL');
        expect(told.length).toBeGreaterThanOrEqual(killedAt);
        await expectWhole(told);
      }
      // However fresh these files are: their writers are known to be dead.
      await store.removeAbandoned(new Date(0));
      expect((await filesBelow(root)).filter((file) => file.startsWith('tmp'))).toEqual([]);
    });

    it('leaves nothing when no space is left', async () => {
      // A limit of the file size stands in for a full disk: the same write fails in the same place.
      const limited = `trap '' XFSZ; ulimit -f 1500; exec "$@"`;
      const child = spawn('bash', ['-c', limited, 'bash', ...command, root], { stdio: ['ignore', 'pipe', 'pipe'] });
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      expect(await run(child)).toEqual([]);
      expect(child.exitCode).toBe(1);
      expect(errors).toContain('FileAccessError: The store has no space left');
      expect((await filesBelow(root)).filter((file) => !file.startsWith('tmp'))).toEqual([]);
    });
  });
});
