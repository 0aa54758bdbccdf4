import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidChecksum, InvalidFileFormat, InvalidRequestData, NetworkError, UnsupportedFeature, ValidationError } from '../errors/index.js';
import type { ArtifactSpec, FileDigest } from './artifact.js';
import { digest as digestOf, specOf, TestArchive, TestUpstream } from './testing.js';

const CONTENT = Buffer.from('an archive '.repeat(1000));
const OTHER = Buffer.from('another archive');
const digest = (algorithm: string, content = CONTENT) => digestOf(algorithm, content);
const { signal } = new AbortController();

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

const serve = (content: Buffer = CONTENT, headers: Record<string, string> = {}): RequestListener => (_, response) =>
  response.writeHead(200, headers).end(content);

function answer(listener: RequestListener): void {
  upstream.answer = (_, request, response) => listener(request, response);
}

function spec(overrides: Partial<ArtifactSpec> = {}): ArtifactSpec {
  return specOf([upstream.url('/kite.tgz')], { digests: { sha512: digest('sha512') }, ...overrides });
}

const get = (wanted: ArtifactSpec) => test.archive.get(wanted, signal);

describe('one artifact', () => {
  it('is fetched once, checked, stored and recorded; later calls cost no network', async () => {
    answer(serve());
    const first = await get(spec());
    expect(first).toMatchObject({ name: 'kite', sha256: digest('sha256'), size: CONTENT.length, verifiedBy: 'package-lock.json' });
    expect(first.digests).toEqual({ sha256: digest('sha256'), sha512: digest('sha512') });
    const port = test.archive.forRequest({ offline: true });
    expect(await buffer(await port.open(first))).toEqual(CONTENT);
    expect(await get(spec())).toEqual(first);
    expect(await port.get(spec(), signal)).toEqual(first);
    expect(upstream.totalCalls).toBe(1);
    const references: string[] = [];
    for await (const sha256 of test.references.references('archive')) references.push(sha256);
    expect(references).toEqual([first.sha256]);
  });

  it('lets everybody who asks at once share one fetch, one of whom may leave', async () => {
    let send: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer((_, response) => {
        send = () => void response.end(CONTENT);
        resolve();
      });
    });
    const leaver = new AbortController();
    const left = test.archive.get(spec(), leaver.signal);
    const all = Array.from({ length: 20 }, () => get(spec()));
    await asked;
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    send();
    expect(new Set((await Promise.all(all)).map(({ id }) => id)).size).toBe(1);
    expect(upstream.totalCalls).toBe(1);
  });

  it('fetches a lost or shortened blob again, which must be the same', async () => {
    answer(serve());
    const first = await get(spec());
    await test.store.delete(first.sha256);
    expect(await get(spec({ compute: ['sha1'] }))).toEqual({ ...first, digests: { ...first.digests, sha1: digest('sha1') } });
    await test.store.delete(first.sha256);
    answer(serve(OTHER));
    await expect(get(spec({ digests: {} }))).rejects.toThrow(`kite 2.1.3 does not have the sha256 checksum ${first.sha256} that the archive names`);
    expect(await test.blobs()).toEqual([]);
  });

  it('finishes what a crash between blob and row left', async () => {
    answer(serve());
    await test.store.put(Readable.from([CONTENT]));
    expect(await get(spec())).toMatchObject({ sha256: digest('sha256') });
    expect(await test.rows()).toHaveLength(1);
    expect(await test.blobs()).toHaveLength(1);
  });

  it('fetches nothing offline, and names the package', async () => {
    const refused = test.archive.get(spec(), signal, { offline: true });
    await expect(refused).rejects.toThrow(new InvalidRequestData('kite 2.1.3 is not archived, and the request forbids to fetch anything.'));
    expect(upstream.totalCalls).toBe(0);
  });

  it.each<[string, string | undefined, Date | undefined]>([
    ['a date', 'Sat, 14 Mar 2015 09:26:53 GMT', new Date('2015-03-14T09:26:53Z')],
    ['none', undefined, undefined],
    ['nonsense', 'yesterday', undefined],
    ['the future', 'Thu, 01 Jan 2099 00:00:00 GMT', undefined],
    ['1970, which is nothing', 'Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ])('keeps when the upstream published it: %s', async (_, header, published) => {
    answer(serve(CONTENT, header === undefined ? {} : { 'Last-Modified': header }));
    expect((await get(spec())).published).toEqual(published);
    expect((await get(spec())).published).toEqual(published);
  });
});

describe('what is refused', () => {
  type Refusal = [string, RequestListener, Partial<ArtifactSpec>, new (...args: never[]) => Error, number];
  const REFUSED: Refusal[] = [
    ['another digest', serve(), { digests: { sha512: digest('sha512', OTHER) } }, InvalidChecksum, 1],
    ['one wrong digest among several', serve(), { digests: { sha256: digest('sha256'), sha1: digest('sha1', OTHER) } }, InvalidChecksum, 1],
    ['a malformed digest', serve(), { digests: { sha256: 'abc' } }, InvalidChecksum, 0],
    ['a digest that nobody knows', serve(), { digests: { crc: 'abc' } }, UnsupportedFeature, 0],
    ['a digest to compute that nobody knows', serve(), { compute: ['crc'] }, UnsupportedFeature, 0],
    ['an address with credentials', serve(), { upstreams: ['http://user:secret@127.0.0.1/kite.tgz'] }, ValidationError, 0],
    ['what is no address', serve(), { upstreams: ['kite.tgz'] }, ValidationError, 0],
    ['another protocol', serve(), { upstreams: ['file:///etc/passwd'] }, NetworkError, 0],
    ['a web page by its type', serve(CONTENT, { 'Content-Type': 'text/html; charset=utf-8' }), { digests: {} }, NetworkError, 1],
    ['a web page by its content', serve(Buffer.from('\n<!DOCTYPE html><title>Log in</title>')), { digests: {} }, NetworkError, 1],
    ['a web page behind a byte order mark and a comment', serve(Buffer.from('\ufeff<!-- a --> <html>')), { digests: {} }, NetworkError, 1],
    ['a missing file', (_, response) => response.writeHead(404).end('no'), {}, NetworkError, 1],
    ['a server that is down for long', (_, response) => response.writeHead(503).end('no'), {}, NetworkError, 3],
    ['a body that is cut off each time', (_, response) => response.writeHead(200, { 'Content-Length': '50' }).write('x', () => response.destroy()), {}, NetworkError, 3],
    ['a file that is too large', serve(Buffer.alloc(200_000, 1)), { digests: {} }, Error, 1],
  ];
  it.each(REFUSED)('%s: nothing is stored', async (_, listener, overrides, error, expectedCalls) => {
    answer(listener);
    await expect(get(spec(overrides))).rejects.toBeInstanceOf(error);
    expect(upstream.totalCalls).toBe(expectedCalls);
    expect(await test.blobs()).toEqual([]);
    expect(await test.rows()).toEqual([]);
  });

  it.each([401, 403])('status %i, with advice and without secrets', async (status) => {
    answer((_, response) => response.writeHead(status).end('no'));
    const refused = get(spec({ upstreams: [upstream.url('/kite.tgz?token=secret')] }));
    await expect(refused).rejects.toThrow(/status 40\d, so it wants credentials, .*CACHITO_UPSTREAMS_FILE/);
    await expect(refused).rejects.not.toThrow(/secret/);
  });

  it('tells what was expected and what came', async () => {
    answer(serve());
    const wrong = digest('sha1', OTHER);
    await expect(get(spec({ digests: { sha1: wrong } }))).rejects.toThrow(
      `kite 2.1.3 does not have the sha1 checksum ${wrong} that the lock file names: it has ${digest('sha1')}.`,
    );
  });

  it('leaves alone what another artifact needs', async () => {
    answer(serve());
    const { sha256 } = await get(spec({ name: 'other' }));
    await expect(get(spec({ digests: { sha1: digest('sha1', OTHER) } }))).rejects.toBeInstanceOf(InvalidChecksum);
    expect(await test.blobs()).toEqual([sha256]);
  });

  it('is no file that begins with many comments and is no web page', async () => {
    answer(serve(Buffer.from('<!---->'.repeat(100))));
    expect((await get(spec({ digests: {} }))).size).toBe(700);
  });
});

describe('failures that pass', () => {
  const FAULTS: [string, RequestListener][] = [
    ['status 429', (_, response) => response.writeHead(429, { 'Retry-After': '0' }).end()],
    ['status 503', (_, response) => response.writeHead(503).end('down')],
    ['a reset', (request) => request.socket.destroy()],
    ['a body that is cut off', (_, response) => response.writeHead(200, { 'Content-Length': String(CONTENT.length) }).write('an', () => response.destroy())],
    ['a chunked body that is cut off', (_, response) => response.writeHead(200).write('an archive', () => response.destroy())],
    // The oldest way to send an answer: its end is the end of the connection.
    ['a body of unknown length that is cut off', (request) => request.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nan archive')],
  ];
  it.each(FAULTS)('%s is survived', async (_, fault) => {
    answer((request, response) => (upstream.totalCalls < 3 ? fault : serve())(request, response));
    expect((await get(spec())).size).toBe(CONTENT.length);
    expect(upstream.totalCalls).toBe(3);
    expect(await test.blobs()).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['an answer that never comes', () => undefined],
    ['a body that stalls', (_, response) => void response.writeHead(200).write('an archive')],
  ])('%s is survived', async (_, stall) => {
    const impatient = await TestArchive.open({ timeout: 500 });
    answer((request, response) => (upstream.totalCalls < 2 ? stall : serve())(request, response));
    expect((await impatient.archive.get(spec(), signal)).size).toBe(CONTENT.length);
    expect(upstream.totalCalls).toBeGreaterThan(1);
    await impatient.close();
  });

  it('are repeated as often as asked for', async () => {
    answer((_, response) => response.writeHead(503).end());
    await expect(test.archive.getAll([spec()], { signal, tries: 5 })).rejects.toThrow('status 503');
    expect(upstream.totalCalls).toBe(5);
  });
});

describe('several upstreams', () => {
  const both = (overrides: Partial<ArtifactSpec> = {}) => spec({ upstreams: [upstream.url('/a.tgz'), upstream.url('/b.tgz')], ...overrides });

  it.each([404, 410])('are asked in order while they do not have it (%i)', async (status) => {
    upstream.answer = (path, request, response) =>
      path === '/a.tgz' ? response.writeHead(status).end() : serve()(request, response);
    expect(await get(both())).toMatchObject({ upstream: upstream.url('/b.tgz') });
    // Known under the second: the first is not asked again.
    expect(await get(both())).toMatchObject({ upstream: upstream.url('/b.tgz') });
    expect(Object.fromEntries(upstream.calls)).toEqual({ '/a.tgz': 1, '/b.tgz': 1 });
  });

  it.each<[string, RequestListener, typeof NetworkError | typeof InvalidChecksum]>([
    ['is down', (_, response) => response.writeHead(500).end(), NetworkError],
    ['refuses', (_, response) => response.writeHead(403).end(), NetworkError],
    ['serves another file', serve(OTHER), InvalidChecksum],
  ])('are not asked when the first %s', async (_, listener, error) => {
    upstream.answer = (path, request, response) => (path === '/a.tgz' ? listener : serve())(request, response);
    await expect(get(both())).rejects.toBeInstanceOf(error);
    expect(upstream.calls.has('/b.tgz')).toBe(false);
  });

  it('are all named when none has it', async () => {
    answer((_, response) => response.writeHead(404).end());
    await expect(get(both())).rejects.toThrow(/a\.tgz answers with status 404.*b\.tgz answers with status 404/);
  });

  it('use what is known under any of them if its digests fit', async () => {
    upstream.answer = (path, request, response) => serve(path === '/a.tgz' ? OTHER : CONTENT)(request, response);
    await get(spec({ upstreams: [upstream.url('/a.tgz')], digests: {} }));
    const known = await get(spec({ upstreams: [upstream.url('/b.tgz')], digests: { sha1: digest('sha1') } }));
    // By an algorithm that is not recorded.
    expect((await get(both())).id).toBe(known.id);
    expect((await test.archive.getAll([both()], { signal }))[0].id).toBe(known.id);
    expect(upstream.totalCalls).toBe(2);
    // A file that was recorded is not replaced, nor looked for elsewhere.
    await expect(get(both({ digests: { sha1: digest('sha1', Buffer.of(1)) } }))).rejects.toBeInstanceOf(InvalidChecksum);
    expect(upstream.totalCalls).toBe(2);
  });

  it('keep a fragment to themselves', async () => {
    answer(serve());
    expect(await get(spec({ upstreams: [upstream.url('/a.tgz#x')] }))).toMatchObject({ upstream: upstream.url('/a.tgz#x') });
    expect([...upstream.calls.keys()]).toEqual(['/a.tgz']);
  });
});

describe('digests', () => {
  it('of the registry are asked for only when something is fetched', async () => {
    answer(serve());
    const asked: string[] = [];
    const findDigests: ArtifactSpec['findDigests'] = async (address) => {
      asked.push(address);
      return { digests: { sha1: digest('sha1') }, verifiedBy: 'registry' };
    };
    const wanted = spec({ digests: {}, verifiedBy: 'none', findDigests });
    expect(await get(wanted)).toMatchObject({ verifiedBy: 'registry', digests: { sha1: digest('sha1') } });
    await get(wanted);
    expect(asked).toEqual(wanted.upstreams);
    expect(await get({ ...wanted, name: 'dial', digests: { sha512: digest('sha512') }, verifiedBy: 'package-lock.json' })).toMatchObject({ verifiedBy: 'package-lock.json' });
  });

  it('of the registry are checked', async () => {
    answer(serve());
    const findDigests = async () => ({ digests: { sha512: digest('sha512', OTHER) }, verifiedBy: 'registry' });
    await expect(get(spec({ findDigests }))).rejects.toThrow('that its registry names');
    expect(await test.blobs()).toEqual([]);
  });

  it('are computed, and added to what is known from the stored bytes; recorded ones stay', async () => {
    answer(serve());
    const first = await get(spec({ digests: {}, compute: ['sha512'] }));
    expect(first.digests).toEqual({ sha256: digest('sha256'), sha512: digest('sha512') });
    const more = await get(spec({ digests: {}, compute: ['sha512', 'sha1'] }));
    expect(more).toEqual({ ...first, digests: { ...first.digests, sha1: digest('sha1') } });
    await get(spec({ digests: { md5: digest('md5') } }));
    expect(await test.rows()).toMatchObject([{ digests: { ...more.digests, md5: digest('md5') } }]);
    expect(upstream.totalCalls).toBe(1);
  });

  it('are not taken from damaged bytes, which are fetched again', async () => {
    answer(serve());
    const first = await get(spec());
    // Same length, other bytes, where the first ones were.
    await test.damage(first.sha256);
    expect(await get(spec({ compute: ['sha1'] }))).toMatchObject({ digests: { sha1: digest('sha1') } });
    expect(upstream.totalCalls).toBe(2);
    expect(await test.store.verify(first.sha256)).toBe(true);
  });
});

describe('digests that need the whole file', () => {
  /** The form of Go's: SHA-256 of something made of the content. */
  const h1 = (content: Buffer = CONTENT) => digest('sha256', Buffer.concat([Buffer.from('h1 '), content]));
  const text = (hex: string) => `h1:${Buffer.from(hex, 'hex').toString('base64')}`;
  let files: string[];
  let looked: jest.Mock<FileDigest>;
  beforeEach(() => {
    files = [];
    looked = jest.fn<FileDigest>(async (file) => {
      files.push(file);
      return h1(await readFile(file));
    });
  });
  const wholeSpec = (overrides: Partial<ArtifactSpec> = {}) =>
    spec({ digests: { h1: h1() }, fileDigests: { h1: looked }, namedBy: 'go.sum', ...overrides });

  it('are checked before the file is stored, and recorded', async () => {
    answer(serve());
    const first = await get(wholeSpec());
    expect(first.digests).toEqual({ sha256: digest('sha256'), h1: h1() });
    expect(looked.mock.calls).toEqual([[expect.stringMatching(/^\//), expect.any(AbortSignal), expect.objectContaining({ name: 'kite', version: '2.1.3' })]]);
    // The file was a temporary one.
    await expect(readFile(files[0])).rejects.toThrow('ENOENT');
    expect(await get(wholeSpec())).toEqual(first);
    expect(await test.archive.forRequest({ offline: true }).getAll([wholeSpec()], { signal })).toEqual([first]);
    expect(looked).toHaveBeenCalledTimes(1);
    expect(upstream.totalCalls).toBe(1);
  });

  it('are recorded when nothing names them', async () => {
    answer(serve());
    expect((await get(wholeSpec({ digests: {}, verifiedBy: 'none' }))).digests).toEqual({ sha256: digest('sha256'), h1: h1() });
  });

  it.each<[string, Partial<ArtifactSpec>, RegExp]>([
    ['by the lock file', { digests: { h1: h1(OTHER) } }, /^kite 2\.1\.3 does not have the h1 checksum (h1:\S+=) that go\.sum names: it has (h1:\S+=)\. Either go\.sum is wrong/],
    ['by a lock file without a name', { digests: { h1: h1(OTHER) }, namedBy: undefined }, /that the lock file names: it has h1:/],
    ['by what was found', { digests: {}, findDigests: async () => ({ digests: { h1: h1(OTHER) }, verifiedBy: 'checksum database', namedBy: 'the checksum database' }) }, /that the checksum database names: it has h1:/],
    ['one of two', { digests: { h1: h1(), sha1: digest('sha1', OTHER) } }, /the sha1 checksum/],
  ])('that are wrong %s: nothing is stored', async (_, overrides, message) => {
    answer(serve());
    const refused = get(wholeSpec(overrides));
    await expect(refused).rejects.toBeInstanceOf(InvalidChecksum);
    await expect(refused).rejects.toThrow(message);
    expect(await test.blobs()).toEqual([]);
    expect(await test.rows()).toEqual([]);
  });

  it('are shown as go.sum shows them', async () => {
    answer(serve());
    await expect(get(wholeSpec({ digests: { h1: h1(OTHER) } }))).rejects.toThrow(
      `kite 2.1.3 does not have the h1 checksum ${text(h1(OTHER))} that go.sum names: it has ${text(h1())}.`,
    );
  });

  it.each<[string, Partial<ArtifactSpec>, new (...args: never[]) => Error]>([
    ['malformed', { digests: { h1: 'abc' } }, InvalidChecksum],
    ['not hexadecimal', { digests: { h1: text(h1()).padEnd(64, '=') } }, InvalidChecksum],
    ['of an algorithm that nobody gave', { fileDigests: undefined }, UnsupportedFeature],
  ])('that are %s are refused before anything is fetched', async (_, overrides, error) => {
    await expect(get(wholeSpec(overrides))).rejects.toBeInstanceOf(error);
    expect(upstream.totalCalls).toBe(0);
  });

  it('store nothing of a file that their function refuses', async () => {
    answer(serve());
    looked.mockRejectedValue(new InvalidFileFormat('no module zip'));
    await expect(get(wholeSpec())).rejects.toThrow(new InvalidFileFormat('no module zip'));
    expect(upstream.totalCalls).toBe(1);
    expect(await test.blobs()).toEqual([]);
    expect(await test.rows()).toEqual([]);
  });

  it('try again what may have been cut off', async () => {
    looked.mockImplementation(async (file) => {
      const content = await readFile(file);
      if (content.length < CONTENT.length) throw new InvalidFileFormat('cut off');
      return h1(content);
    });
    answer((request, response) => {
      if (upstream.totalCalls > 1) serve()(request, response);
      else request.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nan archive');
    });
    expect((await get(wholeSpec())).digests).toMatchObject({ h1: h1() });
    expect(upstream.totalCalls).toBe(2);
  });

  it('are compared with those of a known file, without a second fetch or look', async () => {
    answer(serve());
    await get(wholeSpec());
    const refused = get(wholeSpec({ digests: { h1: h1(OTHER) } }));
    await expect(refused).rejects.toBeInstanceOf(InvalidChecksum);
    await expect(refused).rejects.toThrow(/^kite 2\.1\.3 does not have .* that go\.sum names/);
    expect(upstream.totalCalls).toBe(1);
    expect(looked).toHaveBeenCalledTimes(1);
  });

  it('are computed from the store for a known file that has none', async () => {
    answer(serve());
    const first = await get(spec());
    expect(await get(wholeSpec())).toEqual({ ...first, digests: { ...first.digests, h1: h1() } });
    expect(await get(wholeSpec())).toMatchObject({ digests: { h1: h1() } });
    expect(looked).toHaveBeenCalledTimes(1);
    expect(upstream.totalCalls).toBe(1);
    expect(await test.blobs()).toEqual([first.sha256]);
  });

  it.each(['lost', 'damaged'])('are checked again of a file that was %s', async (how) => {
    answer(serve());
    const first = await get(spec());
    if (how === 'lost') await test.store.delete(first.sha256);
    else await test.damage(first.sha256);
    expect(await get(wholeSpec())).toEqual({ ...first, digests: { ...first.digests, h1: h1() } });
    expect(upstream.totalCalls).toBe(2);
    await test.store.delete(first.sha256);
    answer(serve(OTHER));
    await expect(get(wholeSpec())).rejects.toBeInstanceOf(InvalidChecksum);
    expect(await test.blobs()).toEqual([]);
  });
});
