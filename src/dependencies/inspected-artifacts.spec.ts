import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { InvalidChecksum, ValidationError } from '../errors/index.js';
import type { ArtifactSpec } from './artifact.js';
import { digest, specOf, TestArchive, TestUpstream } from './testing.js';

type Inspect = NonNullable<ArtifactSpec['inspect']>;

const { signal } = new AbortController();
const CONTENT = Buffer.from('a source distribution');

let test: TestArchive;
let upstream: TestUpstream;
beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestUpstream(() => undefined).listen();
});
afterEach(async () => {
  upstream.calls.clear();
  await test.clear();
});
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

const serve = (): void => {
  upstream.answer = (_, __, response) => void response.end(CONTENT);
};
const get = (inspect: Inspect, overrides: Partial<ArtifactSpec> = {}) =>
  test.archive.get(specOf([upstream.url('/kite-1.0.tar.gz')], { inspect, ...overrides }), signal);

describe('a file that is looked at', () => {
  it('is shown once, as a whole, before anybody else sees it, and not again when it is stored', async () => {
    serve();
    const seen: unknown[] = [];
    const inspect = jest.fn<Inspect>(async (file) => void seen.push([await readFile(file), await test.blobs()]));
    const [first] = await Promise.all([get(inspect), get(inspect)]);
    expect(seen).toEqual([[CONTENT, []]]);
    expect(inspect.mock.calls).toEqual([[expect.stringMatching(/^\//), expect.any(AbortSignal)]]);
    expect(await get(inspect)).toEqual(first);
    // Though a digest must be computed first.
    expect((await get(inspect, { compute: ['md5'] })).id).toBe(first.id);
    expect((await test.archive.getAll([specOf([upstream.url('/kite-1.0.tar.gz')], { inspect })], { signal }))[0].id).toBe(first.id);
    expect(inspect).toHaveBeenCalledTimes(1);
    expect(upstream.totalCalls).toBe(1);
  });

  it('is looked at again when it was lost and is fetched again', async () => {
    serve();
    const inspect = jest.fn<Inspect>(async () => undefined);
    const { sha256 } = await get(inspect);
    await test.store.delete(sha256);
    await get(inspect);
    expect(inspect).toHaveBeenCalledTimes(2);
  });

  it('is not stored when it is refused, with the error as it is', async () => {
    serve();
    const error = new ValidationError('kite-1.0.tar.gz holds no PKG-INFO');
    await expect(get(() => Promise.reject(error))).rejects.toBe(error);
    expect(upstream.totalCalls).toBe(1);
    expect(await test.blobs()).toEqual([]);
    expect(await test.rows()).toEqual([]);
  });

  it.each<[string, Partial<ArtifactSpec>]>([
    ['digests', { digests: { md5: digest('md5', 'other') } }],
    ['any digest', { anyDigest: [{ algorithm: 'md5', digest: digest('md5', 'other') }] }],
  ])('is not shown when its %s are wrong', async (_, overrides) => {
    serve();
    const inspect = jest.fn<Inspect>(async () => undefined);
    await expect(get(inspect, overrides)).rejects.toBeInstanceOf(InvalidChecksum);
    expect(inspect).not.toHaveBeenCalled();
  });

  it.each([
    ['is fetched again when it may have been cut off', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na source', 2],
    ['is not fetched again when it was not', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\na source', 1],
  ])('%s', async (_, answer, calls) => {
    upstream.answer = (_path, request, response) => {
      if (upstream.totalCalls > 1) response.end(CONTENT);
      else request.socket.end(answer);
    };
    const inspect: Inspect = async (file) => {
      if ((await readFile(file)).length < CONTENT.length) throw new ValidationError('cut off');
    };
    const outcome = await get(inspect).then(({ size }) => size, ({ message }: Error) => message);
    expect(outcome).toBe(calls === 2 ? CONTENT.length : 'cut off');
    expect(upstream.totalCalls).toBe(calls);
  });

  it('does not stay when the request ends meanwhile', async () => {
    serve();
    const abort = new AbortController();
    const inspect: Inspect = async (_, inspecting) => {
      abort.abort(new Error('cancelled'));
      await new Promise((_resolve, reject) => inspecting.addEventListener('abort', () => reject(inspecting.reason)));
    };
    const wanted = specOf([upstream.url('/kite-1.0.tar.gz')], { inspect });
    await expect(test.archive.get(wanted, abort.signal)).rejects.toThrow('cancelled');
    expect(await test.rows()).toEqual([]);
  });
});
