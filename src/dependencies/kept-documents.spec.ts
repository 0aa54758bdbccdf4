import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidRequestData, NetworkError } from '../errors/index.js';
import type { KeptDocument } from './kept-documents.js';
import { TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const LONG_AGO = 'Sat, 14 Mar 2015 09:26:53 GMT';

let test: TestArchive;
let upstream: TestUpstream;
beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestUpstream(() => undefined).listen();
});
afterEach(async () => {
  upstream.calls.clear();
  seen.length = 0;
  await test.database.dataSource.query('TRUNCATE "kept_document"');
});
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

interface Options {
  path?: string;
  accept?: string;
  maxSize?: number;
  offline?: boolean;
}

const fetch = ({ path = '/simple/kite/?token=secret', accept = JSON_TYPE, maxSize = 1000, offline = false }: Options = {}) =>
  test.keptDocuments.forRequest({ offline }).fetch(upstream.url(path), { accept, maxSize, signal });

const textOf = (document: KeptDocument | undefined) => document?.content.toString();
const rows = (): Promise<Record<string, unknown>[]> => test.database.dataSource.query('SELECT *, xmin FROM "kept_document"');

/** Conditions that came, per call. */
const seen: string[] = [];

/** Serves a text with these headers, or 304 to whoever has its entity tag, or its date. */
function serve(content: string, headers: Record<string, string>): RequestListener {
  return ({ headers: asked }, response) => {
    seen.push(`${asked['if-none-match'] ?? '-'} ${asked['if-modified-since'] ?? '-'}`);
    const { ETag: tag, 'Last-Modified': date } = headers;
    const isKnown = asked['if-none-match'] === undefined ? asked['if-modified-since'] === date : asked['if-none-match'] === tag;
    const hasCondition = asked['if-none-match'] !== undefined || asked['if-modified-since'] !== undefined;
    if (hasCondition && isKnown) response.writeHead(304, headers).end();
    else response.writeHead(200, headers).end(content);
  };
}

function answer(listener: RequestListener): void {
  upstream.answer = (_, request, response) => listener(request, response);
}

describe('a kept document', () => {
  it.each<[string, Record<string, string>, string]>([
    ['an entity tag', { ETag: '"a1"' }, '"a1" -'],
    ['a weak one', { ETag: 'W/"a1"' }, 'W/"a1" -'],
    ['a date', { 'Last-Modified': LONG_AGO }, `- ${LONG_AGO}`],
    ['both', { ETag: '"a1"', 'Last-Modified': LONG_AGO }, `"a1" ${LONG_AGO}`],
  ])('is not sent again while %s tells that it is the same', async (_, validators, conditions) => {
    answer(serve('{"v": 1}', { 'Content-Type': `${JSON_TYPE}; charset=utf-8`, ...validators }));
    const first = await fetch();
    expect(first).toEqual({ content: Buffer.from('{"v": 1}'), type: JSON_TYPE, url: upstream.url('/simple/kite/') });
    expect(await fetch()).toEqual(first);
    expect(await fetch()).toEqual(first);
    expect(seen).toEqual(['- -', conditions, conditions]);
  });

  it('is replaced when it has changed', async () => {
    answer(serve('old', { ETag: '"1"', 'Content-Type': 'text/html' }));
    await fetch();
    answer(serve('new', { ETag: '"2"' }));
    expect(await fetch()).toMatchObject({ content: Buffer.from('new'), type: '' });
    expect(textOf(await fetch())).toBe('new');
    expect(seen).toEqual(['- -', '"1" -', '"2" -']);
    expect(await rows()).toHaveLength(1);
  });

  it.each<[string, Record<string, string>]>([
    ['no validator', {}],
    ['an entity tag without quotes', { ETag: 'abc' }],
    ['a date that is none', { 'Last-Modified': 'yesterday' }],
    ['a date so young that it may hide a change', { 'Last-Modified': new Date().toUTCString() }],
  ])('is sent each time when it has %s, and not written again when it is the same', async (_, headers) => {
    answer(serve('same', headers));
    await fetch();
    const before = await rows();
    expect(textOf(await fetch())).toBe('same');
    expect(seen).toEqual(['- -', '- -']);
    expect(await rows()).toEqual(before);
    answer(serve('other', headers));
    expect(textOf(await fetch())).toBe('other');
    expect(textOf(await fetch({ offline: true }))).toBe('other');
  });

  it('is one for each address and Accept', async () => {
    answer(({ url, headers }, response) => response.writeHead(200, { ETag: '"1"' }).end(`${url} ${headers.accept}`));
    const wanted: Options[] = [{}, { accept: 'text/html' }, { path: '/simple/dial/' }, { path: `/simple/${'x'.repeat(5000)}/` }];
    const fetched = await Promise.all(wanted.map((options) => fetch({ ...options, maxSize: 10_000 })));
    expect(new Set(fetched.map(textOf)).size).toBe(4);
    for (const [at, options] of wanted.entries()) {
      expect(await fetch({ ...options, maxSize: 10_000, offline: true })).toEqual(fetched[at]);
    }
  });

  it('may be a web page, of any content', async () => {
    const content = Buffer.concat([Buffer.from('<!DOCTYPE html>'), Buffer.from([0, 255, 10])]);
    answer((_, response) => response.writeHead(200, { 'Content-Type': 'Text/HTML;charset=x' }).end(content));
    const expected = { content, type: 'text/html', url: upstream.url('/simple/kite/') };
    expect(await fetch()).toEqual(expected);
    expect(await fetch({ offline: true })).toEqual(expected);
  });

  it('is compressed, and holds no token', async () => {
    answer(serve('x'.repeat(1000), { ETag: '"1"' }));
    await fetch();
    const [row] = await rows();
    expect((row?.content as Buffer).length).toBeLessThan(100);
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  it('comes from where redirects lead to, and its validators count only there', async () => {
    let target = '/new/kite/';
    upstream.answer = (path, request, response) => {
      if (path.startsWith('/simple/')) response.writeHead(302, { Location: `http://user:secret@${request.headers.host}${target}?token=secret` }).end();
      else serve(`at ${path.split('?')[0]}`, { ETag: '"same"' })(request, response);
    };
    expect(await fetch()).toMatchObject({ content: Buffer.from('at /new/kite/'), url: upstream.url('/new/kite/') });
    expect(await fetch()).toMatchObject({ url: upstream.url('/new/kite/') });
    target = '/newer/kite/';
    expect(await fetch()).toMatchObject({ content: Buffer.from('at /newer/kite/'), url: upstream.url('/newer/kite/') });
    expect(await fetch({ offline: true })).toMatchObject({ url: upstream.url('/newer/kite/') });
    expect(seen).toEqual(['- -', '"same" -', '"same" -', '- -']);
  });

  it.each([404, 410])('is no answer when the registry has it no longer (%i), but stays for those who fetch nothing', async (status) => {
    answer((_, response) => response.writeHead(status).end('gone'));
    expect(await fetch()).toBeUndefined();
    await expect(fetch({ offline: true })).rejects.toBeInstanceOf(InvalidRequestData);
    answer(serve('here', { ETag: '"1"' }));
    await fetch();
    answer((_, response) => response.writeHead(status).end('gone'));
    expect(await fetch()).toBeUndefined();
    expect(textOf(await fetch({ offline: true }))).toBe('here');
  });

  it.each<[string, Buffer]>([
    ['is no gzip', Buffer.from('junk')],
    ['was cut off', gzipSync('here').subarray(0, -5)],
    ['has another checksum', Buffer.from(gzipSync('here').map((byte, at) => (at === 12 ? byte ^ 1 : byte)))],
    ['is larger than anybody wants', gzipSync(Buffer.alloc(1_000_000))],
  ])('counts as absent when what is kept %s', async (_, content) => {
    answer(serve('here', { ETag: '"1"' }));
    await fetch();
    await test.database.dataSource.query('UPDATE "kept_document" SET "content" = $1', [content]);
    await expect(fetch({ offline: true })).rejects.toBeInstanceOf(InvalidRequestData);
    expect(textOf(await fetch())).toBe('here');
    expect(seen).toEqual(['- -', '"1" -', '- -']);
    expect(textOf(await fetch({ offline: true }))).toBe('here');
  });
});

describe('documents that are asked for', () => {
  it('at the same time come in one answer, also when one who asks leaves', async () => {
    let send: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer((_, response) => {
        send = () => void response.end('{}');
        resolve();
      });
    });
    const leaver = new AbortController();
    const left = test.keptDocuments.fetch(upstream.url('/simple/kite/?token=secret'), { accept: JSON_TYPE, maxSize: 1000, signal: leaver.signal });
    const all = [fetch(), fetch(), fetch()];
    await asked;
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    send();
    expect((await Promise.all(all)).map(textOf)).toEqual(['{}', '{}', '{}']);
    expect(upstream.totalCalls).toBe(1);
  });

  it('by two processes at once are both kept, one after the other', async () => {
    const other = await test.otherProcess();
    answer((_, response) => response.writeHead(200, { ETag: `"${upstream.totalCalls}"` }).end(`answer ${upstream.totalCalls}`));
    const options = { accept: JSON_TYPE, maxSize: 1000, signal };
    const address = upstream.url('/simple/kite/');
    for (let round = 0; round < 5; round += 1) {
      const both = await Promise.all([test.keptDocuments.fetch(address, options), other.keptDocuments.fetch(address, options)]);
      const kept = await fetch({ path: '/simple/kite/', offline: true });
      expect(both.map(textOf)).toContain(textOf(kept));
    }
    expect(await rows()).toHaveLength(1);
    await other.close();
  });

  it('come though the upstream fails for the moment', async () => {
    answer((request, response) => {
      if (upstream.totalCalls === 1) response.writeHead(429, { 'Retry-After': '0' }).end();
      else if (upstream.totalCalls === 2) request.socket.destroy();
      else response.end('{}');
    });
    expect(textOf(await fetch())).toBe('{}');
  });

  it.each<[string, (response: ServerResponse) => void, RegExp, number]>([
    ['one that is too large', (response) => response.writeHead(200).write('x'.repeat(1001)), /larger than 1000 bytes/, 1],
    ['one that says so', (response) => response.writeHead(200, { 'Content-Length': '1001' }).write('x'), /larger than 1000 bytes/, 1],
    ['another encoding', (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{}')), /content encoding/, 1],
    ['status 401', (response) => response.writeHead(401).end(), /CACHITO_UPSTREAMS_FILE/, 1],
    ['"not modified", though nothing is kept', (response) => response.writeHead(304).end(), /status 304/, 1],
    ['no content', (response) => response.writeHead(204).end(), /status 204/, 1],
    ['status 500 for long', (response) => response.writeHead(500).end(), /status 500/, 3],
  ])('are refused: %s', async (_, respond, message, calls) => {
    answer((_request, response) => respond(response));
    const refused = fetch();
    await expect(refused).rejects.toBeInstanceOf(NetworkError);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(upstream.totalCalls).toBe(calls);
    expect(await rows()).toEqual([]);
  });

  it('are not taken from what is kept when the upstream is down', async () => {
    answer(serve('kept', { ETag: '"1"' }));
    await fetch();
    answer((_, response) => response.writeHead(503).end());
    await expect(fetch()).rejects.toThrow('status 503');
    expect(textOf(await fetch({ offline: true }))).toBe('kept');
  });

  it('are not fetched offline', async () => {
    await expect(fetch({ offline: true })).rejects.toThrow(
      new InvalidRequestData(`${upstream.url('/simple/kite/')} is needed, was not kept, and the request forbids to fetch anything.`),
    );
    expect(upstream.totalCalls).toBe(0);
  });
});
