import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from './support/service.js';

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');

let folder: string;
let file: string;
let service: Service;
const tokens: Record<string, string> = {};
const entries: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachito-tokens-'));
  file = join(folder, 'tokens.yaml');
  await Promise.all([
    make('release-bot'),
    make('worker', '--role', 'worker', '--expires', '2999-12-31'),
    make('old', '--role', 'worker', '--expires', '2020-01-31'),
    make('late'),
  ]);
  await write('release-bot', 'worker', 'old');
  service = await Service.start({ CACHITO_TOKENS_FILE: file });
});

afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the program with `create-token`, in an environment without a home, and keeps token and entry. */
async function make(user: string, ...options: string[]): Promise<void> {
  const { stdout } = await createToken(user, ...options);
  tokens[user] = /cachito_[\w-]{43}/.exec(stdout)?.[0] ?? '';
  entries[user] = stdout.slice(stdout.indexOf('- user'));
}

function createToken(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, CACHITO_DATA_DIR: join(folder, 'data'), CACHITO_TOKENS_FILE: '/nowhere' };
  return promisify(execFile)(process.execPath, [MAIN, 'create-token', ...args], { env });
}

/** Replaces the file as a whole, as an editor or Kubernetes does. */
async function write(...users: string[]): Promise<void> {
  await writeText(users.map((user) => entries[user]).join('\n'));
}

async function writeText(text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function workerCall(authorization: string): Promise<{ status: number; error: string; challenge: string | null }> {
  const answer = await service.fetch('/api/v1/requests/2000000000', {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: authorization },
    body: JSON.stringify({ state: 'in_progress', state_reason: 'still at it' }),
  });
  const { error } = Object(await answer.json());
  return { status: answer.status, error, challenge: answer.headers.get('WWW-Authenticate') };
}

describe('the command create-token', () => {
  it('prints a token and its digest, and stores nothing', async () => {
    expect(Object.values(tokens)).toEqual(Object.keys(entries).map(() => expect.stringMatching(/^cachito_[\w-]{43}$/)));
    const digest = createHash('sha256').update(tokens.worker).digest('hex');
    expect(entries.worker).toContain(`sha256: "${digest}"`);
    expect(entries.worker).not.toContain(tokens.worker);
    expect(await readdir(folder)).toEqual(['tokens.yaml']);
  });

  it('refuses what is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /Say whose token it is/],
      [['a', 'b'], /Unexpected argument "b"/],
      [['a', '--role', 'king', '--expires', '2027-02-30'], /roles must be a list[^]*expires must be a date/],
      [['a\nb'], /user must be text/],
    ];
    await Promise.all(
      wrong.map(([args, message]) =>
        expect(createToken(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(message) }),
      ),
    );
  });
});

describe('a static token', () => {
  it('names its user', async () => {
    const body = { repo: 'https://127.0.0.1:1/a.git', ref: 'a'.repeat(40), pkg_managers: [] };
    const answer = await service.post(body, { Authorization: `Bearer ${tokens['release-bot']}` });
    expect([answer.status, Object(await answer.json()).user]).toEqual([201, 'release-bot']);
  });

  it('has the roles of its entry', async () => {
    expect((await workerCall(`Bearer ${tokens.worker}`)).status).toBe(404);
    expect((await workerCall(`bearer   ${tokens.worker}`)).status).toBe(404);
    expect((await workerCall(`Bearer ${tokens['release-bot']}`)).status).toBe(403);
  });

  it.each<[string, () => string, RegExp]>([
    ['that is unknown', () => `Bearer cachito_${'x'.repeat(43)}`, /not one that this service knows/],
    ['that is not in the file yet', () => `Bearer ${tokens.late}`, /not one that this service knows/],
    ['that is expired', () => `Bearer ${tokens.old}`, /expired at 2020-02-01T00:00:00/],
    ['in another case', () => `Bearer ${tokens.worker.toUpperCase()}`, /not one that this service knows/],
    ['that is cut off', () => `Bearer ${tokens.worker.slice(0, -1)}`, /not one that this service knows/],
    ['that is longer', () => `Bearer ${tokens.worker}A`, /not one that this service knows/],
    ['that is its digest', () => `Bearer ${/sha256: "(\w+)"/.exec(entries.worker)?.[1]}`, /not one that this service knows/],
    ['of an issuer', () => 'Bearer eyJhbGciOiJub25lIn0.e30.', /not one that this service knows/],
    ['that is empty', () => 'Bearer ', /holds no bearer token/],
    ['that is two', () => `Bearer ${tokens.worker} ${tokens.worker}`, /holds no bearer token/],
    ['with strange characters', () => `Bearer ${tokens.worker},`, /holds no bearer token/],
  ])('is refused %s', async (_, authorization, message) => {
    const { status, error, challenge } = await workerCall(authorization());
    expect([status, error]).toEqual([401, expect.stringMatching(message)]);
    expect(challenge).toBe('Bearer realm="cachito", error="invalid_token"');
    expect(Object.values(tokens).filter((token) => error.includes(token))).toEqual([]);
  });

  it('in another scheme is none', async () => {
    const { status, challenge } = await workerCall(`Basic ${Buffer.from(`x:${tokens.worker}`).toString('base64')}`);
    expect([status, challenge]).toEqual([401, 'Bearer realm="cachito"']);
  });

  it('is refused when the header comes twice', async () => {
    const { port, hostname } = new URL(service.base);
    const status = await new Promise((resolve, reject) => {
      const call = request({ port, hostname, method: 'POST', path: '/api/v1/requests' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', reject);
      call.setHeader('Content-Type', 'application/json');
      call.setHeader('Authorization', [`Bearer ${tokens.worker}`, `Bearer ${tokens.worker}`]);
      call.end(JSON.stringify({ repo: 'https://127.0.0.1:1/a.git', ref: 'a'.repeat(40), pkg_managers: [] }));
    });
    expect(status).toBe(401);
  });
});

describe('the file of tokens', () => {
  it('is read again when it changes; what was good stays while it is bad', async () => {
    await write('worker', 'late');
    expect((await workerCall(`Bearer ${tokens.late}`)).status).toBe(403);
    expect((await workerCall(`Bearer ${tokens['release-bot']}`)).status).toBe(401);
    for (const bad of ['', '- user: [', '- user: x\n  sha256: "abc"', `${entries.worker}\n${entries.worker}`]) {
      await writeText(bad);
      expect((await workerCall(`Bearer ${tokens.late}`)).status).toBe(403);
    }
    await rm(file);
    expect((await workerCall(`Bearer ${tokens.late}`)).status).toBe(403);
    await service.logged('What it said before still counts', 5);
    await write('worker');
    expect((await workerCall(`Bearer ${tokens.late}`)).status).toBe(401);
    expect(await service.logged('What it said before still counts')).toHaveLength(5);
    expect(Object.values(tokens).filter((token) => service.log.includes(token))).toEqual([]);
  });

  it('that is bad stops the start', async () => {
    await writeText('- user: x\n  sha256: "abc"\n  roles: [king]\n  expires: tomorrow\n  password: x');
    const start = Service.start({ CACHITO_TOKENS_FILE: file });
    await expect(start).rejects.toThrow(
      /CACHITO_TOKENS_FILE .*\[0\]\.sha256 must[^]*\[0\]\.roles must[^]*\[0\]\.expires must[^]*unknown key "password"/,
    );
  });

  it('that others may read is told', async () => {
    await write('worker');
    await chmod(file, 0o644);
    await service.kill('SIGTERM');
    await service.restart();
    const [warning] = await service.logged('other users of this host may read or change it');
    expect(warning).toContain('CACHITO_TOKENS_FILE ');
  });
});
