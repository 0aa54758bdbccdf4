import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, startNginxWith } from './support/nginx.js';
import { sendEndlessly, sendRaw, statusesIn } from './support/raw-http.js';
import { Service } from './support/service.js';
import { itWithTool, missingTool } from './support/tools.js';

/** The proxy connects from here, and it alone is believed; strangers come from elsewhere. */
const PROXY = '127.0.0.3';
const STRANGER = '127.0.0.2';
const ANOTHER = '127.0.0.4';

/** Tells by its status who calls: 401 nobody, 403 a user, 404 the worker `root`. It changes nothing. */
const ORACLE = '/api/v1/requests/999999';
const BODY = JSON.stringify({ packages_count: 1 });
const MIB = 1024 * 1024;
const BASIC = `Authorization: Basic ${btoa('alice:wonder')}`;

let service: Service;
let servicePort: number;
let directory: string;
let nginxPort: number;
let carelessPort: number;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  service = await Service.start({
    CACHITO_TRUSTED_PROXIES: PROXY,
    CACHITO_WORKER_USERNAMES: '["root"]',
    CACHITO_LOG_LEVEL: 'warn',
  });
  servicePort = Number(new URL(service.base).port);
  directory = await mkdtemp(join(tmpdir(), 'cachito-nginx-'));
  // The workers of an nginx of root run as another user.
  await chmod(directory, 0o755);
  if (missingTool('nginx') === undefined) await startProxy();
});
afterAll(async () => {
  await stop?.();
  await service?.close();
  await rm(directory, { recursive: true, force: true });
});

/** As `docs/authentication.md` has it; the second server takes names with underscores for headers, too. */
async function startProxy(): Promise<void> {
  nginxPort = await freePort();
  carelessPort = await freePort();
  const passwords = join(directory, 'passwords');
  await writeFile(passwords, 'alice:{PLAIN}wonder\n');
  const location = `location / {
    auth_basic "Cachito"; auth_basic_user_file ${passwords};
    proxy_pass ${service.base}; proxy_bind ${PROXY}; proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Authorization "";
    proxy_set_header X-Remote-User $remote_user;
    proxy_set_header X-SSL-Client-S-DN "";
    proxy_set_header X-SSL-Client-Verify "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }`;
  stop = await startNginxWith(
    directory,
    nginxPort,
    `server { listen 127.0.0.1:${nginxPort}; ${location} }
    server { listen 127.0.0.1:${carelessPort}; underscores_in_headers on; ${location} }`,
  );
}

function call(...headers: string[]): string {
  const lines = [`PATCH ${ORACLE} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers];
  return [...lines, 'Connection: close', `Content-Length: ${BODY.length}`, '', BODY].join('\r\n');
}

async function direct(from: string, text: string): Promise<number[]> {
  return statusesIn(await sendRaw(servicePort, text, { from }));
}

async function throughNginx(text: string, port = nginxPort): Promise<number[]> {
  return statusesIn(await sendRaw(port, text));
}

let marks = 0;

/** The line of the audit log about the call that is made meanwhile. */
async function audited(make: () => Promise<unknown>): Promise<unknown> {
  // The log comes by another way than the answers: lines of earlier calls come before that of this one.
  const mark = `/mark-${(marks += 1)}`;
  await service.fetch(mark, { method: 'POST' });
  await make();
  for (;;) {
    const lines = service.log.split('\n').slice(0, -1).filter((line) => line.includes('"audit":true'));
    const at = lines.findIndex((line) => line.includes(`"${mark}"`));
    if (at >= 0 && lines.length > at + 1) return JSON.parse(lines[at + 1]);
    await setTimeout(5);
  }
}

/** What a stranger writes into a call, and the status when it comes from the proxy's address, and from another one. */
const SMUGGLED: [name: string, headers: string[], trusted: number, stranger: number, nginx: number][] = [
  ['nothing', [], 401, 401, 403],
  ['the header', ['X-Remote-User: root'], 404, 401, 403],
  ['in other letters', ['x-rEMOTE-uSER: root'], 404, 401, 403],
  ['with blanks around', ['X-Remote-User: \t root \t'], 404, 401, 403],
  ['without a blank', ['X-Remote-User:root'], 404, 401, 403],
  ['empty', ['X-Remote-User:'], 401, 401, 403],
  ['twice', ['X-Remote-User: root', 'X-Remote-User: alice'], 401, 401, 403],
  ['twice, in other letters', ['X-Remote-User: alice', 'X-REMOTE-USER: root'], 401, 401, 403],
  ['joined', ['X-Remote-User: root, alice'], 403, 401, 403],
  ['underscores', ['X_Remote_User: root'], 401, 401, 403],
  ['one underscore', ['X-Remote_User: root'], 401, 401, 403],
  ['underscores beside it', ['X_Remote_User: alice', 'X-Remote-User: root'], 401, 401, 403],
  ['folded', ['X-Remote-User: ro', ' ot'], 400, 400, 400],
  ['folded from the start', ['X-Remote-User:', '\troot'], 400, 400, 400],
  ['folded into another', ['X-Other: a', ' X-Remote-User: root'], 400, 400, 400],
  ['blank before the colon', ['X-Remote-User : root'], 400, 400, 400],
  ['tab inside', ['X-Remote-User: ro\tot'], 401, 401, 403],
  ['NUL', ['X-Remote-User: root\0'], 400, 400, 400],
  ['CR alone', ['X-Other: a\rX-Remote-User: root'], 400, 400, 400],
  ['LF alone', ['X-Other: a\nX-Remote-User: root'], 400, 400, 403],
  ['not UTF-8', ['X-Remote-User: r\xf6\xf6t'], 401, 401, 403],
  ['long', [`X-Remote-User: ${'r'.repeat(300)}`], 401, 401, 403],
  ['very long', [`X-Remote-User: ${'r'.repeat(60_000)}`], 401, 401, 400],
  ['longer than a call may be', [`X-Remote-User: ${'r'.repeat(90_000)}`], 431, 431, 400],
  ['after 3000 others', [`X-Remote-User: root`, ...Array.from({ length: 3000 }, () => 'a:'), 'X-Remote-User: alice'], 401, 401, 400],
  ['named as hop by hop', ['Connection: X-Remote-User', 'X-Remote-User: root'], 404, 401, 403],
  ['a certificate', ['X-SSL-Client-Verify: SUCCESS', 'X-SSL-Client-S-DN: root'], 404, 401, 403],
  ['a certificate, by a proxy of strangers', ['X-SSL-Client-Verify: SUCCESS', 'X-SSL-Client-S-DN: root', `X-Forwarded-For: ${PROXY}`], 404, 401, 403],
  ['another address', [`X-Forwarded-For: ${PROXY}`, `X-Real-IP: ${PROXY}`, `Forwarded: for=${PROXY}`, 'X-Remote-User: root'], 404, 401, 403],
];

describe('identity headers', () => {
  it.each(SMUGGLED)('%s', async (_, headers, trusted, stranger) => {
    for (const [from, status] of [[PROXY, trusted], [STRANGER, stranger]] as const) {
      expect([from, await direct(from, call(...headers))]).toEqual([from, [status]]);
    }
  });

  it('are noted when they come from elsewhere, without their value, and in the audit log', async () => {
    const line = await audited(() => direct(ANOTHER, call('X-Remote-User: root')));
    expect(line).toMatchObject({ user: null, from: ANOTHER, ignoredHeaders: ['x-remote-user'], status: 401 });
    const lines = service.log.split('\n').filter((each) => each.includes('Ignored ') && each.includes(ANOTHER));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toMatchObject({ level: 'warn', msg: expect.stringContaining('Ignored x-remote-user from') });
    expect(lines[0]).not.toContain('root');
  });

  it.each([
    ['in trailers', ['Transfer-Encoding: chunked', 'Trailer: X-Remote-User'], `${chunk(BODY)}0\r\nX-Remote-User: root\r\n\r\n`, [401]],
    ['length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${call('X-Remote-User: root')}`, [400]],
    ['chunks and length', ['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${call('X-Remote-User: root')}`, [400]],
    ['two lengths', [`Content-Length: ${BODY.length}`, 'Content-Length: 0'], BODY, [400]],
    ['the same length twice', [`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length}`], BODY, [400]],
    ['joined lengths', [`Content-Length: ${BODY.length}, ${BODY.length}`], BODY, [400]],
    ['a signed length', [`Content-Length: +${BODY.length}`], BODY, [400]],
    ['a length after a blank', [`Content-Length : ${BODY.length}`], BODY, [400]],
    ['another coding', ['Transfer-Encoding: xchunked'], `${chunk(BODY)}0\r\n\r\n`, [400]],
    ['chunks that are not last', ['Transfer-Encoding: chunked, identity'], `${chunk(BODY)}0\r\n\r\n`, [400]],
    ['a broken chunk', ['Transfer-Encoding: chunked'], `zz\r\n${BODY}\r\n0\r\n\r\n`, [400]],
  ])('body: %s', async (_, headers, body, expected) => {
    const lines = [`PATCH ${ORACLE} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', 'Connection: close', ...headers];
    const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
    for (const from of [PROXY, STRANGER]) expect([from, await direct(from, text)]).toEqual([from, expected]);
  });

  it.each([
    ['HTTP/1.0', (text: string) => text.replace('HTTP/1.1', 'HTTP/1.0'), [404], [401]],
    ['an address with a host', (text: string) => text.replace(ORACLE, `http://evil.example${ORACLE}`), [404], [401]],
    ['a second call in the same packet', (text: string) => `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n${text}`, [200, 404], [200, 401]],
    ['HTTP/2 without agreement', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400], [400]],
    ['HTTP/0.9', () => `GET ${ORACLE}\r\n\r\n`, [400], [400]],
    ['no host', (text: string) => text.replace('Host: x\r\n', ''), [400], [400]],
  ])('%s', async (_, change, trusted, stranger) => {
    expect(await direct(PROXY, change(call('X-Remote-User: root')))).toEqual(trusted);
    expect(await direct(STRANGER, change(call('X-Remote-User: root')))).toEqual(stranger);
  });

  function chunk(text: string): string {
    return `${text.length.toString(16)}\r\n${text}\r\n`;
  }
});

describe('behind nginx', () => {
  itWithTool('nginx', 'a user who logs in there is known here', async () => {
    const body = { repo: 'https://git.invalid/a.git', ref: 'a'.repeat(40), pkg_managers: [] };
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`http://127.0.0.1:${nginxPort}/api/v1/requests`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const line = await audited(async () => {
      const answer = await post({ authorization: `Basic ${btoa('alice:wonder')}`, 'x-forwarded-for': '203.0.113.9' });
      const view: unknown = await answer.json();
      expect([answer.status, view]).toEqual([201, expect.objectContaining({ user: 'alice', submitted_by: null })]);
    });
    expect(line).toMatchObject({ user: 'alice', login: 'proxy', from: '127.0.0.1', via: PROXY, status: 201, made: 1 });
    expect((await post({})).status).toBe(401);
    expect((await post({ authorization: `Basic ${btoa('alice:wrong')}` })).status).toBe(401);
  });

  for (const [name, headers, , , expected] of SMUGGLED) {
    itWithTool('nginx', `${name}: ${expected}`, async () => {
      const forged = async (): Promise<void> => expect(await throughNginx(call(BASIC, ...headers))).toEqual([expected]);
      if (expected === 403) expect(await audited(forged)).toMatchObject({ user: 'alice', via: PROXY });
      else await forged();
    });
  }

  itWithTool('nginx', 'a second call in the same packet is the user’s own', async () => {
    const first = `GET /healthz HTTP/1.1\r\nHost: x\r\n${BASIC}\r\n\r\n`;
    expect(await throughNginx(`${first}${call('X-Remote-User: root')}`)).toEqual([200, 401]);
    expect(await throughNginx(`${first}${call(BASIC, 'X-Remote-User: root')}`)).toEqual([200, 403]);
  });

  itWithTool('nginx', 'names with underscores are refused when nginx passes them on', async () => {
    expect(await throughNginx(call(BASIC, 'X_Remote_User: root'), carelessPort)).toEqual([401]);
    expect(await throughNginx(call(BASIC, 'X-Remote_User: root'), carelessPort)).toEqual([401]);
    expect(await throughNginx(call(BASIC), carelessPort)).toEqual([403]);
  });
});

describe('a body', () => {
  it.each([
    ['POST', '/api/v1/requests', 413],
    ['POST', '/api/v1/requests/1/resubmit', 413],
    ['PATCH', '/api/v1/requests/1', 413],
    ['POST', '/api/v1/requests/1/configuration-files', 413],
    ['POST', '/api/v1/nothing', 404],
    ['DELETE', '/api/v1/requests/1', 405],
    ['POST', '/repository/cachito-npm-1/-/npm/v1/security/audits', 401],
    ['POST', '/', 405],
  ])('without end is not read on, whoever sends it: %s %s → %d', async (method, path, status) => {
    const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json`;
    let sent = 0;
    const line = await audited(async () => (sent = await sendEndlessly(servicePort, head, 64 * MIB)));
    expect(line).toMatchObject({ status, user: null });
    // The largest limit is 16 MiB; the rest lies in buffers of the system.
    expect(sent).toBeLessThan(48 * MIB);
  });

  it('that is announced as too large is not waited for', async () => {
    const head = 'POST /api/v1/requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n';
    expect(await direct(STRANGER, head)).toEqual([413]);
  });
});

/** The program, until it ends or says that it is ready. */
async function start(environment: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');
  const data = await mkdtemp(join(tmpdir(), 'cachito-start-'));
  await chmod(data, 0o755);
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', CACHITO_DATA_DIR: data, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      output += piece.toString();
      if (output.includes('is ready.')) child.kill('SIGTERM');
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  await rm(data, { recursive: true, force: true });
  return { status, output };
}

describe('a start on an address that others reach', () => {
  it.each(['0.0.0.0', '::', 'cachito.example.org', '192.0.2.1'])('is refused when nobody can log in: HOST=%s', async (host) => {
    const { status, output } = await start({ HOST: host });
    expect(status).toBe(1);
    for (const name of ['CACHITO_TRUSTED_PROXIES', 'CACHITO_KERBEROS_SERVICE', 'CACHITO_OIDC_FILE', 'CACHITO_TOKENS_FILE', 'LOGIN_DISABLED=true']) {
      expect(output).toContain(name);
    }
    expect(output).toContain(`HOST="${host}" lets other machines in`);
    expect(output).not.toContain('is ready');
  });

  it.each([
    ['CACHITO_TRUSTED_PROXIES', '192.0.2.1'],
    ['LOGIN_DISABLED', 'true'],
  ])('goes on with %s=%s', async (name, value) => {
    const { output } = await start({ HOST: '0.0.0.0', [name]: value });
    expect(output).toContain('is ready');
  });
});
