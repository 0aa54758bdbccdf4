import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Logger, NotFoundException, Param, Patch, Post } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { request as send } from 'undici';
import { itWithTool } from '../../test/support/tools.js';
import { ErrorFilter } from './errors/error.filter.js';
import { LargeDocuments } from './large-documents.js';

Logger.overrideLogger(false);

const DOCUMENTS: Record<string, unknown> = {
  large: { items: Array.from({ length: 5000 }, (_, at) => ({ at, parts: [{ name: `ä${at}`, none: undefined }] })) },
  middle: { items: Array.from({ length: 100 }, (_, at) => ({ name: `Stück ${at}` })) },
  small: { a: ['ö\ud800'] },
  empty: [],
  text: 'only text',
};
const SIZES: [string, boolean][] = [['large', true], ['middle', true], ['small', false], ['empty', false]];

/** A document whose parts come from code: told which time it is made, and remembering what became of it. */
class MadeDocument {
  parts = 0;
  begun = 0;
  ended = 0;

  constructor(private readonly make: (time: number) => Iterable<unknown>) {}

  get document(): object {
    const iterator = (): Iterator<unknown> => this.run((this.begun += 1));
    return { items: Object.assign([0], { [Symbol.iterator]: iterator }) };
  }

  private *run(time: number): Generator<unknown> {
    try {
      for (const part of this.make(time)) {
        this.parts += 1;
        yield part;
      }
    } finally {
      this.ended += 1;
    }
  }
}

function* endless(): Generator<unknown> {
  for (let at = 0; ; at += 1) yield { at, hash: [createHash('sha256').update(String(at)).digest('base64')] };
}

/** Digested as a small one, sent without an end. */
const endlessWhenSent = (time: number): Iterable<unknown> => (time === 1 ? ['x'] : endless());

function* failing(): Generator<unknown> {
  for (const part of endless()) {
    if ((part as { at: number }).at === 5000) throw new Error('secret reason');
    yield part;
  }
}

/** The document of `/made`. */
let made = new MadeDocument(() => []);

@Controller()
@LargeDocuments()
class Documents {
  @Get('made')
  made(): object {
    return made.document;
  }

  @Get('nothing')
  nothing(): void {
    throw new NotFoundException();
  }

  @Get('documents/:name')
  show(@Param('name') name: string): unknown {
    return DOCUMENTS[name];
  }

  @Post('documents/:name')
  create(@Param('name') name: string): unknown {
    return DOCUMENTS[name];
  }

  @Patch('documents/:name')
  change(@Param('name') name: string): unknown {
    return DOCUMENTS[name];
  }
}

let app: NestExpressApplication;
let origin: string;
beforeAll(async () => {
  const module = await Test.createTestingModule({ controllers: [Documents] }).compile();
  // Express makes weak entity tags here: it must not do so for these documents.
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  app.useGlobalFilters(new ErrorFilter());
  await app.listen(0, '127.0.0.1');
  origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(() => app.close());

const textOf = (name: string): string => JSON.stringify(DOCUMENTS[name]);
const digestOf = (name: string): string => createHash('sha256').update(textOf(name)).digest('hex');

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** By a client that neither asks for compression nor decompresses on its own. */
async function call(path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' | 'PATCH' = 'GET'): Promise<Answer> {
  const answer = await send(`${origin}/${path}`, { method, headers });
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
}

const GZIP = { 'accept-encoding': 'gzip' };

describe('a document', () => {
  it.each(SIZES)('is sent as it is: %s', async (name) => {
    const { status, headers, body } = await call(`documents/${name}`);
    expect(status).toBe(200);
    expect(body.toString()).toBe(textOf(name));
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(body.length),
      etag: `"${digestOf(name)}"`,
      vary: 'Accept-Encoding',
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it.each(SIZES)('is compressed when it is worth it: %s', async (name, compressed) => {
    const { headers, body } = await call(`documents/${name}`, GZIP);
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', vary: 'Accept-Encoding' });
    expect(headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
    expect(headers.etag).toBe(`"${digestOf(name)}${compressed ? '-gzip' : ''}"`);
    expect((compressed ? gunzipSync(body) : body).toString()).toBe(textOf(name));
    if (compressed) expect(body.length).toBeLessThan(textOf(name).length / 2);
    expect(headers['content-length']).toBe(name === 'large' ? undefined : String(body.length));
  });

  it('is read by fetch, which decompresses on its own', async () => {
    const answer = await fetch(`${origin}/documents/large`);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.json()).toEqual(JSON.parse(textOf('large')));
  });

  itWithTool('curl', 'is read by curl --compressed', async () => {
    const run = promisify(execFile);
    const { stdout } = await run('curl', ['-sS', '--compressed', `${origin}/documents/large`], { maxBuffer: 1e8 });
    expect(stdout).toBe(textOf('large'));
  });

  it('that is none is left alone', async () => {
    const { headers, body } = await call('documents/text', GZIP);
    expect(body.toString()).toBe('only text');
    expect(headers).not.toHaveProperty('vary');
  });
});

describe('compression', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['GZip', true],
    ['deflate, gzip, br, zstd', true],
    ['gzip;q=0.1', true],
    ['gzip;q=0', false],
    ['gzip;q=0.5, identity;q=0.4', true],
    ['gzip;q=0.5, identity;q=0.6', false],
    ['identity, gzip', false],
    ['*', false],
    ['*;q=0.5, gzip', true],
    ['br', false],
    ['*;q=0', false],
    ['identity;q=0', false],
    ['identity;q=0, gzip', true],
    ['identity;q=0, *', true],
    ['gzip;q=x', false],
    [';;,=,"', false],
  ])('for Accept-Encoding %j: %s', async (accepted, compressed) => {
    const lines = ['GET /documents/middle HTTP/1.1', 'Host: x', 'Connection: close'];
    if (accepted !== undefined) lines.push(`Accept-Encoding: ${accepted}`);
    const head = (await raw(lines)).toString('latin1').split('\r\n\r\n')[0];
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(/^content-encoding: gzip$/im.test(head)).toBe(compressed);
    expect(head).toMatch(/^vary: accept-encoding$/im);
  });
});

describe('If-None-Match', () => {
  const tag = (name: string, suffix = ''): string => `"${digestOf(name)}${suffix}"`;

  it.each<[string, string, Record<string, string>, string]>([
    ['large', tag('large'), {}, tag('large')],
    ['large', tag('large', '-gzip'), {}, tag('large', '-gzip')],
    ['large', tag('large'), GZIP, tag('large')],
    ['large', tag('large', '-gzip'), GZIP, tag('large', '-gzip')],
    ['large', '*', {}, tag('large')],
    ['large', '*', GZIP, tag('large', '-gzip')],
    ['small', `"x", W/${tag('small')}`, {}, tag('small')],
    // What a cache asks on its own, after it was told to ask again.
    ['small', tag('small'), { 'cache-control': 'no-cache' }, tag('small')],
  ])('of %s with %s is answered with 304', async (name, ifNoneMatch, headers, etag) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await call(`documents/${name}`, { 'if-none-match': ifNoneMatch, ...headers }, method);
      expect(answer).toMatchObject({ status: 304, headers: { etag, vary: 'Accept-Encoding' }, body: Buffer.alloc(0) });
      for (const unwanted of ['content-length', 'content-type', 'content-encoding']) {
        expect(answer.headers).not.toHaveProperty(unwanted);
      }
    }
  });

  it.each(['"x"', tag('small'), digestOf('large'), '', '"'.repeat(9999)])('is not fulfilled: %j', async (ifNoneMatch) => {
    expect((await call('documents/large', { 'if-none-match': ifNoneMatch })).status).toBe(200);
  });

  it.each(['POST', 'PATCH'] as const)('does not matter to %s, whose answers are no views', async (method) => {
    for (const [name, status] of [['large', { POST: 201, PATCH: 200 }[method]], ['small', { POST: 201, PATCH: 200 }[method]]] as const) {
      const answer = await call(`documents/${name}`, { 'if-none-match': '*', ...GZIP }, method);
      expect({ status: answer.status, text: answer.body.toString() }).toEqual({ status, text: textOf(name) });
      for (const unwanted of ['etag', 'vary', 'content-encoding']) expect(answer.headers).not.toHaveProperty(unwanted);
    }
  });

  it('does not matter to errors', async () => {
    const answer = await call('nothing', { 'if-none-match': '*', ...GZIP });
    expect(answer.status).toBe(404);
    for (const unwanted of ['vary', 'content-encoding']) expect(answer.headers).not.toHaveProperty(unwanted);
  });
});

describe('HEAD', () => {
  it.each(SIZES)('has the headers of GET and no content: %s', async (name) => {
    for (const headers of [{}, GZIP]) {
      const { headers: wanted } = await call(`documents/${name}`, headers);
      const { status, headers: given, body } = await call(`documents/${name}`, headers, 'HEAD');
      expect([status, body.length]).toEqual([200, 0]);
      for (const each of ['etag', 'vary', 'content-type', 'content-length', 'content-encoding']) {
        expect([each, given[each]]).toEqual([each, wanted[each]]);
      }
    }
  });

  it('makes no text that nobody reads, and leaves nothing running', async () => {
    for (const headers of [{}, GZIP]) {
      made = new MadeDocument(endlessWhenSent);
      await call('made', headers, 'HEAD');
      await until(() => made.ended === made.begun);
      expect(made.parts).toBeLessThan(20_000);
    }
  });
});

describe('a connection', () => {
  it.each([['as it is', 'identity'], ['compressed', 'gzip']])('that goes away ends the making of the text, %s', async (_, encoding) => {
    made = new MadeDocument((time) => (time === 1 ? LARGE_PARTS : endless()));
    const socket = await open(['GET /made HTTP/1.1', 'Host: x', `Accept-Encoding: ${encoding}`]);
    await once(socket, 'data');
    await until(() => made.begun === 2);
    socket.pause();
    // It stops where the connection is full, whatever that takes on this system.
    let parts = -1;
    for (let still = 0; still < 5; still = parts === made.parts ? still + 1 : 0, await setTimeout(20)) parts = made.parts;
    expect(made.ended).toBe(1);
    socket.destroy();
    await until(() => made.ended === 2);
  });

  it('that goes away before the first byte ends the making of the digest', async () => {
    made = new MadeDocument(endless);
    const socket = await open(['GET /made HTTP/1.1', 'Host: x']);
    await until(() => made.parts > 0);
    socket.destroy();
    await until(() => made.ended === 1);
    expect(made.begun).toBe(1);
  });

  it.each(['identity', 'gzip'])('is cut by an error that comes too late, %s', async (encoding) => {
    made = new MadeDocument((time) => (time % 2 === 1 ? LARGE_PARTS : failing()));
    const answer = await raw(['GET /made HTTP/1.1', 'Host: x', 'Connection: close', `Accept-Encoding: ${encoding}`]);
    const text = answer.toString('latin1');
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).not.toContain('secret');
    // Neither as long as it was said nor with the end of a chunked answer.
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(false);
    const headers = { 'accept-encoding': encoding };
    await expect(fetch(`${origin}/made`, { headers }).then((response) => response.text())).rejects.toThrow();
    expect(made.ended).toBe(made.begun);
  });

  it('gets the usual answer to an error before the first byte', async () => {
    made = new MadeDocument(failing);
    const { status, headers, body } = await call('made', GZIP);
    expect([status, JSON.parse(body.toString())]).toEqual([500, { error: expect.not.stringContaining('secret') }]);
    for (const unwanted of ['vary', 'content-encoding']) expect(headers).not.toHaveProperty(unwanted);
  });

  it('stays open for the next call', async () => {
    const lines = ['Host: x', 'Accept-Encoding: gzip', '', ''].join('\r\n');
    const calls = `GET /documents/large HTTP/1.1\r\n${lines}GET /documents/small HTTP/1.1\r\n${lines}HEAD /documents/large HTTP/1.1\r\nConnection: close\r\n${lines}`;
    const answers = (await raw([calls.slice(0, -4)])).toString('latin1');
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });
});

/** Several pieces, and more than what comes before the failure. */
const LARGE_PARTS: unknown[] = Array.from({ length: 50_000 }, (_, at) => [{ at }]);

async function open(lines: readonly string[]): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

/** All that is answered until the connection ends, however it does. */
async function raw(lines: readonly string[]): Promise<Buffer> {
  const socket = await open(lines);
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'close');
  return Buffer.concat(pieces);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(5);
}
