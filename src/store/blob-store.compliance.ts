import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FileAccessError, InvalidChecksum, ValidationError } from '../errors/index.js';
import type { BlobStore, ByteRange } from './blob-store.js';

/** What a suite needs to know of an adapter. */
export interface StoreUnderTest {
  store: BlobStore;
  /** Changes a stored byte behind the store's back. */
  damage(sha256: string): Promise<void>;
  /** Names of everything that lies there and is no blob. */
  leftovers(): Promise<string[]>;
}

const MISSING = createHash('sha256').update('missing').digest('hex');
const LARGE = 3 * 1024 * 1024 + 17;

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function* chunks(content: Uint8Array, chunkSize = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkSize) yield content.subarray(at, at + chunkSize);
}

async function* failing(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunks(content);
  throw new Error('the connection broke');
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

/** What every adapter of `BlobStore` does. `open` gives an empty store. */
export function describeBlobStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let tested: StoreUnderTest;
    let store: BlobStore;

    beforeEach(async () => {
      tested = await open();
      ({ store } = tested);
    });

    async function listed(): Promise<string[]> {
      const keys: string[] = [];
      for await (const { sha256 } of store.list()) keys.push(sha256);
      return keys;
    }

    async function expectNothing(): Promise<void> {
      expect(await listed()).toEqual([]);
      expect(await tested.leftovers()).toEqual([]);
    }

    it.each([0, 1, 65_536, LARGE])('keeps %i bytes', async (size) => {
      const content = randomBytes(size);
      const blob = await store.put(chunks(content), { expectedSha256: sha256Of(content), maxSize: size });
      expect(blob).toEqual({ sha256: sha256Of(content), size });
      expect((await collect(await store.read(blob.sha256))).equals(content)).toBe(true);
      expect((await store.readWhole(blob.sha256, size)).equals(content)).toBe(true);
      const stored = await store.stat(blob.sha256);
      expect(stored).toMatchObject(blob);
      expect(Date.now() - (stored?.modified.getTime() ?? 0)).toBeLessThan(60 * 60 * 1000);
      expect(await store.verify(blob.sha256)).toBe(true);
      expect(await tested.leftovers()).toEqual([]);
    });

    it('takes any chunks, empty and many small ones too', async () => {
      const content = Buffer.from('abcdefghij'.repeat(500));
      const blob = await store.put(
        Readable.from([Buffer.alloc(0), ...Array.from(content, (byte) => Buffer.of(byte)), Buffer.alloc(0)]),
      );
      expect(blob).toEqual({ sha256: sha256Of(content), size: content.length });
      expect((await collect(await store.read(blob.sha256))).equals(content)).toBe(true);
    });

    it.each<[ByteRange, number, number]>([
      [{ start: 0, end: 0 }, 0, 1],
      [{ start: 5, end: 99 }, 5, 100],
      [{ start: 1024 * 1024 - 1, end: 2 * 1024 * 1024 }, 1024 * 1024 - 1, 2 * 1024 * 1024 + 1],
      [{ start: LARGE - 1, end: LARGE - 1 }, LARGE - 1, LARGE],
      [{ start: LARGE - 5, end: LARGE + 100 }, LARGE - 5, LARGE],
    ])('reads the range %j', async (range, start, end) => {
      const content = randomBytes(LARGE);
      const { sha256 } = await store.put(chunks(content));
      expect((await collect(await store.read(sha256, range))).equals(content.subarray(start, end))).toBe(true);
      const pieces: Buffer[] = [];
      await store.copy(sha256, async (piece) => void pieces.push(Buffer.from(piece)), range);
      expect(Buffer.concat(pieces).equals(content.subarray(start, end))).toBe(true);
    });

    it('refuses a range that lies behind the end', async () => {
      const { sha256 } = await store.put(chunks(Buffer.from('short')));
      await expect(store.read(sha256, { start: 5, end: 6 })).rejects.toThrow(RangeError);
    });

    it.each<[string, () => Promise<unknown>, new (message: string) => Error]>([
      [
        'other bytes than expected',
        () => store.put(chunks(Buffer.alloc(LARGE)), { expectedSha256: MISSING }),
        InvalidChecksum,
      ],
      [
        'more bytes than allowed',
        () => store.put(chunks(Buffer.alloc(LARGE)), { maxSize: LARGE - 1 }),
        ValidationError,
      ],
      ['a stream that breaks', () => store.put(failing(Buffer.alloc(LARGE))), Error],
      [
        'a stream that was cancelled before',
        () => store.put(chunks(Buffer.alloc(5)), { signal: AbortSignal.abort() }),
        DOMException,
      ],
    ])('stores nothing of %s', async (_, put, error) => {
      await expect(put()).rejects.toThrow(error);
      await expectNothing();
    });

    it('lets one look at the whole content before anybody else sees it', async () => {
      const content = randomBytes(LARGE);
      const sha256 = sha256Of(content);
      const seen: [string, boolean, boolean][] = [];
      const inspect = async (file: string): Promise<void> => {
        seen.push([sha256Of(await readFile(file)), isAbsolute(file), (await store.stat(sha256)) === undefined]);
      };
      await store.put(chunks(content), { inspect, expectedSha256: sha256, maxSize: LARGE });
      // Also of what is there already.
      await store.put(chunks(content), { inspect });
      expect(seen).toEqual([
        [sha256, true, true],
        [sha256, true, false],
      ]);
      expect(await listed()).toEqual([sha256]);
      expect(await tested.leftovers()).toEqual([]);
    });

    it('stores nothing of what is refused by one who looks at it, nor shows what it refuses itself', async () => {
      const refused = store.put(chunks(Buffer.alloc(LARGE)), { inspect: () => Promise.reject(new Error('refused')) });
      await expect(refused).rejects.toThrow('refused');
      const inspect = jest.fn(async () => undefined);
      await expect(store.put(chunks(Buffer.alloc(9)), { expectedSha256: MISSING, inspect })).rejects.toThrow(InvalidChecksum);
      await expect(store.put(chunks(Buffer.alloc(9)), { maxSize: 8, inspect })).rejects.toThrow(ValidationError);
      await expect(store.put(failing(Buffer.alloc(9)), { inspect })).rejects.toThrow('broke');
      expect(inspect).not.toHaveBeenCalled();
      await expectNothing();
    });

    it('stops when the signal fires, though the stream keeps silent', async () => {
      const abort = new AbortController();
      const silent = new Readable({ read: () => undefined });
      silent.push(Buffer.alloc(1000));
      const put = store.put(silent, { signal: abort.signal });
      setTimeout(() => abort.abort(new Error('cancelled')), 20);
      await expect(put).rejects.toThrow('cancelled');
      expect(silent.destroyed).toBe(true);
      await expectNothing();
    });

    it('lets many writers of one key and of many keys work at once', async () => {
      const contents = Array.from({ length: 40 }, (_, at) => Buffer.alloc(200_000, at % 8));
      const blobs = await Promise.all(contents.map((content) => store.put(chunks(content))));
      const expected = [...new Set(contents.map(sha256Of))].sort();
      expect([...new Set(blobs.map(({ sha256 }) => sha256))].sort()).toEqual(expected);
      expect(await listed()).toEqual(expected);
      for (const sha256 of expected) expect(sha256Of(await collect(await store.read(sha256)))).toBe(sha256);
      expect(await tested.leftovers()).toEqual([]);
    });

    it('lists by key, ascending', async () => {
      for (let at = 0; at < 30; at += 1) await store.put(chunks(Buffer.from(`blob ${at}`)));
      const keys = await listed();
      expect(keys).toHaveLength(30);
      expect(keys).toEqual([...keys].sort());
    });

    it('knows nothing of what is not there', async () => {
      expect(await store.stat(MISSING)).toBeUndefined();
      expect(await store.verify(MISSING)).toBe(false);
      expect(await store.touch(MISSING)).toBe(false);
      await expect(store.delete(MISSING)).resolves.toBeUndefined();
      await expect(store.read(MISSING)).rejects.toThrow(FileAccessError);
      await expect(store.readWhole(MISSING, 1)).rejects.toThrow(FileAccessError);
    });

    it('refuses to hold more in memory than is allowed', async () => {
      const { sha256 } = await store.put(chunks(Buffer.alloc(100)));
      await expect(store.readWhole(sha256, 99)).rejects.toThrow(FileAccessError);
    });

    it.each(['', '..', '../../etc/passwd', 'A'.repeat(64), `${MISSING}/x`])('refuses the key %j', async (key) => {
      await expect(store.read(key)).rejects.toThrow(FileAccessError);
      await expect(store.stat(key)).rejects.toThrow(FileAccessError);
      await expect(store.delete(key)).rejects.toThrow(FileAccessError);
    });

    it('deletes', async () => {
      const { sha256 } = await store.put(chunks(Buffer.from('gone')));
      await store.delete(sha256);
      expect(await store.stat(sha256)).toBeUndefined();
      expect(await store.verify(sha256)).toBe(false);
      await expectNothing();
    });

    it('renews the time of what is written again or touched, and believes it still', async () => {
      const content = Buffer.from('again');
      const { sha256 } = await store.put(chunks(content));
      const times = [(await store.stat(sha256))?.modified ?? new Date(0)];
      for (const renew of [() => store.put(chunks(content)), () => store.touch(sha256)]) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        await renew();
        times.push((await store.stat(sha256))?.modified ?? new Date(0));
        expect(await store.verify(sha256)).toBe(true);
      }
      expect(times).toEqual([...times].sort((a, b) => a.getTime() - b.getTime()));
      expect(new Set(times.map((time) => time.getTime())).size).toBe(3);
    });

    it('notices damage, and heals it when the right bytes are written again', async () => {
      const content = randomBytes(LARGE);
      const { sha256 } = await store.put(chunks(content));
      await tested.damage(sha256);
      expect(await store.verify(sha256)).toBe(false);
      await store.put(chunks(content));
      expect(await store.verify(sha256)).toBe(true);
      expect((await collect(await store.read(sha256))).equals(content)).toBe(true);
    });

    it('lets one who verifies go without disturbing the others', async () => {
      const { sha256 } = await store.put(chunks(randomBytes(LARGE)));
      await tested.damage(sha256);
      const abort = new AbortController();
      const [first, second] = [store.verify(sha256, abort.signal), store.verify(sha256)];
      abort.abort(new Error('gone'));
      await expect(first).rejects.toThrow('gone');
      expect(await second).toBe(false);
    });

    it('can be asked whether it takes writes, and leaves nothing of that', async () => {
      await expect(store.check()).resolves.toBeUndefined();
      await expectNothing();
    });
  });
}
