import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import express, { type RequestHandler } from 'express';
import { testConfiguration } from '../../config/testing.js';
import type { Caller } from '../caller.js';
import { AuditLog } from './audit-log.js';

const servers: Server[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface Audited {
  origin: string;
  /** The lines of the log, as they were written. */
  texts: string[];
  /** Waits for so many lines. */
  lines(count?: number): Promise<Record<string, unknown>[]>;
}

/** An application with one handler for everything at `/requests` and `/requests/:id`. */
async function audited(handler: RequestHandler, format: 'json' | 'pretty' = 'json'): Promise<Audited> {
  const texts: string[] = [];
  const configuration = testConfiguration({ auth: { trustedProxies: ['127.0.0.1'] }, logs: { format, level: 'error' } });
  const log = new AuditLog(configuration, { write: (line) => void texts.push(line) });
  const app = express();
  app.use((request, response, next) => log.observe(request, response, next));
  for (const path of ['/requests', '/requests/:id']) app.all(path, handler);
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lines = async (count = 1): Promise<Record<string, unknown>[]> => {
    while (texts.length < count) await new Promise((resolve) => setImmediate(resolve));
    return texts.map((line): Record<string, unknown> => JSON.parse(line));
  };
  return { origin: `http://127.0.0.1:${port}`, texts, lines };
}

const ALICE: Caller = { username: 'alice', roles: new Set(['worker', 'representative']), method: 'token' };

describe('AuditLog', () => {
  it('says who did what, for whom, from where, and what came of it', async () => {
    const { origin, lines } = await audited((request, response) => {
      request.user = ALICE;
      request.body = { repo: 'https://git.example.org/a.git', ref: 'f'.repeat(40), user: 'bob' };
      response.status(201).setHeader('Location', 'https://x/api/v1/requests/17').end();
    });
    await fetch(`${origin}/requests?a=b`, { method: 'POST', headers: { 'x-forwarded-for': '192.0.2.9' } });
    expect(await lines()).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        audit: true,
        user: 'alice',
        login: 'token',
        roles: ['representative', 'worker'],
        onBehalfOf: 'bob',
        from: '192.0.2.9',
        via: '127.0.0.1',
        method: 'POST',
        route: '/requests',
        path: '/requests',
        made: 17,
        repo: 'https://git.example.org/a.git',
        ref: 'f'.repeat(40),
        status: 201,
        msg: 'audit: call',
      },
    ]);
  });

  it.each([
    ['GET', 0],
    ['HEAD', 0],
    ['OPTIONS', 0],
    ['POST', 1],
    ['PATCH', 1],
    ['PUT', 1],
    ['DELETE', 1],
    ['PURGE', 1],
  ])('%s: %d lines', async (method, count) => {
    const { origin, texts, lines } = await audited((_, response) => void response.status(403).end());
    await fetch(`${origin}/requests/1`, { method });
    await fetch(`${origin}/elsewhere`, { method: 'POST' });
    await lines(count + 1);
    expect(texts.map((line) => Object(JSON.parse(line)).status)).toEqual([403, 404].slice(1 - count));
  });

  it.each(['json', 'pretty'] as const)('holds no secrets, and nobody forges a line of it (%s)', async (format) => {
    const { origin, texts } = await audited((request, response) => {
      const name = 'mallory\n{"audit":true,"user":"root"}\u009b2J\u202e\u2028x';
      request.user = { username: name, roles: new Set(), method: 'proxy' } satisfies Caller;
      request.body = { repo: 'https://user:S3CRET@h.example/a?token=S3CRET', user: name, state: 'x\r\ny', ref: name };
      response.end();
    }, format);
    await fetch(`${origin}/requests/%0a%1b%5b31m?password=S3CRET`, {
      method: 'POST',
      headers: { authorization: 'Bearer S3CRETS3CRETS3CRET', cookie: 'sid=S3CRET', 'x-remote-user': 'root' },
    });
    while (texts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const text = texts.join('');
    expect(text).not.toContain('S3CRET');
    expect(text).toContain('mallory%0A');
    expect(text).toContain('https://h.example/a');
    expect(text.trimEnd()).not.toMatch(/[\n\r\u2028\u2029\u0080-\u009f\u202e]/);
    expect(texts).toHaveLength(1);
  });

  it.each([
    ['git@host.example:group/x', 'host.example:group/x'],
    ['tok:S3CRET@host.example:group/x', 'host.example:group/x'],
    ['ssh://tok:S3CRET@host.example/x#S3CRET', 'ssh://host.example/x'],
    ['not an address', 'not an address'],
  ])('shows the address %s as %s', async (repo, expected) => {
    const { origin, lines } = await audited((request, response) => {
      request.body = { repo };
      response.end();
    });
    await fetch(`${origin}/requests`, { method: 'POST' });
    expect((await lines())[0]).toMatchObject({ repo: expected });
  });

  it('waits for the work on a call whose caller has gone', async () => {
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let end: () => void = () => undefined;
    const { origin, texts, lines } = await audited((request, response) => {
      request.user = ALICE;
      end = () => response.status(201).setHeader('Location', '/requests/5').end();
      response.once('close', () => finish());
    });
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write('POST /requests HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', () => setTimeout(() => socket.destroy(), 50));
    await begun;
    expect(texts).toEqual([]);
    end();
    expect((await lines())[0]).toMatchObject({ user: 'alice', made: 5, status: 201 });
  });

  it('tells of identity headers of strangers in the line of their call, and in one of their own', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const { origin, lines } = await audited((_, response) => void response.status(401).end());
    const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', localAddress: '127.0.0.2' });
    socket.end('POST /requests HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nX_Remote_User: root\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n');
    const [line] = await lines();
    expect(line).toMatchObject({ user: null, login: null, from: '127.0.0.2', status: 401, ignoredHeaders: ['x_remote_user'] });
    expect(line).not.toHaveProperty('via');
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('writes a line for a command', () => {
    const texts: string[] = [];
    const log = new AuditLog(testConfiguration({ logs: { level: 'error' } }), { write: (line) => void texts.push(line) });
    log.writeCommand(['prune-archives', 'delete', '--execute', '--x=a\nb'], 0);
    expect(JSON.parse(texts[0])).toMatchObject({
      audit: true,
      user: expect.stringMatching(/./),
      login: 'command line',
      command: 'prune-archives',
      arguments: ['delete', '--execute', '--x=a%0Ab'],
      status: 0,
    });
  });
});
