import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { openTestDatabase } from '../src/database/testing.js';
import { broken, firstOfSeveral, mutilated } from './support/broken-tokens.js';
import { GitServer } from './support/git-server.js';
import { kerberosObstacle, REALM, SHORT_LIFE, TestKdc } from './support/kdc.js';
import { type Answer, client, curl, lengthen, recordedHeader } from './support/kerberos-calls.js';
import { Service } from './support/service.js';
import { itUnless } from './support/tools.js';

const OBSTACLE = kerberosObstacle();
const WORKER = `ci/worker@${REALM}`;
const SERVICE = 'HTTP@localhost';

/** The real service, the real KDC and curl; skipped only where there is no KDC or the optional package is missing. */
describe('login by Kerberos', () => {
  let kdc: TestKdc;
  let gitServer: GitServer;
  let service: Service;
  let keytab: string;
  let workerKeytab: string;
  let body: string;

  beforeAll(async () => {
    if (OBSTACLE !== undefined) return;
    kdc = await TestKdc.start();
    await kdc.addUser('alice');
    [keytab, workerKeytab] = [await kdc.keytab('HTTP/localhost'), await kdc.keytab('ci/worker')];
    gitServer = await GitServer.start();
    const repository = await gitServer.createRepository('team/app.git');
    const ref = await repository.commit({ files: { 'a.txt': 'a' } });
    body = JSON.stringify({ repo: repository.url, ref, pkg_managers: [] });
    service = await Service.start({
      ...environment(),
      CACHITO_WORKER_USERNAMES: JSON.stringify([WORKER]),
      CACHITO_TRUSTED_PROXIES: '127.0.0.2',
    });
  });

  afterAll(async () => {
    await service?.close();
    await gitServer?.stop();
    await kdc?.close();
  });

  itUnless(OBSTACLE, 'creates a request under the principal of the ticket', async () => {
    const answer = await post(await kdc.login('alice'));
    expect(answer).toMatchObject({ status: 201, body: { user: `alice@${REALM}`, submitted_by: null } });
    expect(answer.challenges).toEqual([expect.stringMatching(/^Negotiate [\w+/]+=*$/)]);
  });

  itUnless(OBSTACLE, 'gives those without a ticket the challenge', async () => {
    expect(await post(kdc.withoutLogin())).toMatchObject({ status: 401, challenges: ['Negotiate'] });
    // By a name whose principal the KDC does not know.
    const url = `${service.base}/api/v1/requests`;
    const args = ['-H', 'Content-Type: application/json', '-d', body];
    const alice = await kdc.login('alice');
    expect(await curl(alice, url, args)).toMatchObject({ status: 401, challenges: ['Negotiate'] });
    expect(await curl(alice, url.replace('127.0.0.1', 'localhost'), args)).toMatchObject({ status: 201 });
  });

  itUnless(OBSTACLE, 'lets a worker patch by its keytab, and nobody else', async () => {
    const worker = await kdc.login('ci/worker', { keytab: workerKeytab });
    const { id } = (await post(worker)).body;
    await service.finish(id);
    const patch = (client: Record<string, string>): Promise<Answer> =>
      curl(client, `${address()}/${id}`, ['-X', 'PATCH', '-H', 'Content-Type: application/json', '-d', STALE]);
    expect(await patch(kdc.withoutLogin())).toMatchObject({ status: 401, challenges: ['Negotiate'] });
    expect(await patch(await kdc.login('alice'))).toMatchObject({ status: 403 });
    expect(await service.show(id)).toMatchObject({ state: 'complete', user: WORKER });
    expect(await patch(worker)).toMatchObject({ status: 200 });
    expect(await service.show(id)).toMatchObject({ state: 'stale' });
  });

  itUnless(OBSTACLE, 'takes a token once, even from many callers at a time and after a restart', async () => {
    const alice = await kdc.login('alice');
    const recorded = await recordedHeader(alice);
    const statuses = (await Promise.all(Array.from({ length: 10 }, () => send(recorded)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, ...Array<number>(9).fill(401)]);
    const used = { error: expect.stringMatching(/used before/) };
    const replay = await send(recorded);
    expect(replay).toMatchObject({ status: 401, challenges: ['Negotiate'], body: used });
    await service.kill('SIGKILL');
    await service.restart();
    expect(await send(recorded)).toMatchObject({ status: 401, body: used });
    expect(await post(alice)).toMatchObject({ status: 201 });
  });

  itUnless(OBSTACLE, 'refuses bogus tokens, says why, and goes on', async () => {
    const [token, foreign] = [await tokens(SERVICE, 1), await tokens('HTTP@elsewhere', 1)].map(([one]) => one);
    const cases: [string, RegExp][] = [
      ['Negotiate', /one token in base64/],
      ['Negotiate %%%', /one token in base64/],
      ['Negotiate bm9uc2Vuc2U=', /not one of Kerberos/],
      ['Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==', /NTLM/],
      [`Negotiate ${firstOfSeveral().toString('base64')}`, /several rounds/],
      ['Negotiate oQcwBaADCgEA', /continues/],
      [`Negotiate ${foreign}`, /another service/],
      [`Negotiate ${broken(token)}`, /./],
      [`Negotiate ${'A'.repeat(12_000)}`, /not one of Kerberos/],
      [`Negotiate ${'A'.repeat(64_000)}`, /not one of Kerberos/],
      [`Negotiate ${'A'.repeat(64_004)}`, /more than 48000 bytes/],
    ];
    for (const [header, why] of cases) {
      expect({ header, ...(await send(header)) }).toMatchObject({
        header,
        status: 401,
        challenges: ['Negotiate'],
        body: { error: expect.stringMatching(why) },
      });
    }
    const [doubled] = await tokens(SERVICE, 1);
    const twice = ['-H', `Authorization: Negotiate ${doubled}`, '-H', 'Authorization: Negotiate bm9uc2Vuc2U='];
    const doubledAnswer = await curl({}, address(), [...POSTED, body, ...twice], []);
    expect(doubledAnswer).toMatchObject({ status: 401, body: { error: expect.stringMatching(/several/) } });
    const huge = ['-H', `Authorization: Negotiate ${'A'.repeat(90_000)}`];
    expect(await curl({}, address(), [...POSTED, body, ...huge], [])).toMatchObject({ status: 431 });
    expect(await post(await kdc.login('alice'))).toMatchObject({ status: 201 });
  });

  itUnless(OBSTACLE, 'stands hundreds of random and mutilated tokens', async () => {
    const { pid } = service;
    const [token] = await tokens(SERVICE, 1);
    const bytes = Buffer.from(token, 'base64');
    for (let round = 0; round < 60; round++) {
      const headers = Array.from({ length: 10 }, (_, at) => `Negotiate ${mutilated(bytes, round * 10 + at).toString('base64')}`);
      const answers = await Promise.all(headers.map(send));
      for (const { status, challenges } of answers) {
        expect({ status, challenges }).toEqual({ status: 401, challenges: ['Negotiate'] });
      }
    }
    expect(service.pid).toBe(pid);
    expect(await post(await kdc.login('alice'))).toMatchObject({ status: 201 });
  });

  itUnless(OBSTACLE, 'proves to a client that it is the service', async () => {
    const alice = await kdc.login('alice');
    const outcome: unknown = JSON.parse(await client(alice, ['post', SERVICE, address(), body]));
    expect(outcome).toEqual({ status: 201, proven: true, forged: false });
  });

  itUnless(OBSTACLE, 'stands beside a trusted proxy, whose word comes first', async () => {
    const proxied = ['--interface', '127.0.0.2', '-H', 'X-Remote-User: bob'];
    const alice = await kdc.login('alice');
    expect(await curl({}, address(), [...POSTED, body, ...proxied], [])).toMatchObject({ status: 201, body: { user: 'bob' } });
    const forged = ['-H', 'X-Remote-User: bob'];
    expect(await curl({}, address(), [...POSTED, body, ...forged], [])).toMatchObject({ status: 401, challenges: ['Negotiate'] });
    const both = await curl(alice, address(), [...POSTED, body, ...forged]);
    expect(both).toMatchObject({ status: 201, body: { user: `alice@${REALM}` } });
  });

  itUnless(OBSTACLE, 'stands beside bearer tokens; a 401 has the challenges of both', async () => {
    const file = join(kdc.directory, 'tokens.yaml');
    await writeFile(file, `- {user: bot, sha256: "${'0'.repeat(64)}"}\n`, { mode: 0o600 });
    const other = await Service.start({ ...environment(), CACHITO_TOKENS_FILE: file });
    try {
      const url = `${other.base.replace('127.0.0.1', 'localhost')}/api/v1/requests`;
      const both = [expect.stringMatching(/^Bearer /), 'Negotiate'];
      const call = (client: Record<string, string>): Promise<Answer> => curl(client, url, [...POSTED, body]);
      expect(await call(kdc.withoutLogin())).toMatchObject({ status: 401, challenges: both });
      const bearer = await curl({}, url, [...POSTED, body, '-H', 'Authorization: Bearer nonsense'], []);
      expect(bearer).toMatchObject({ status: 401, challenges: both });
      expect(await call(await kdc.login('alice'))).toMatchObject({ status: 201, body: { user: `alice@${REALM}` } });
    } finally {
      await other.close();
    }
  });

  itUnless(OBSTACLE, 'takes new keys without a restart, and old tickets as long as the keytab has theirs', async () => {
    const [early, late] = [await kdc.login('alice'), await kdc.login('alice')];
    expect(await post(early)).toMatchObject({ status: 201 });
    const kept = await readFile(keytab);
    await kdc.keytab('HTTP/localhost');
    const renewed = await readFile(keytab);
    expect(await post(early)).toMatchObject({ status: 201 });
    expect(await post(late)).toMatchObject({ status: 201 });
    await writeFile(keytab, kept);
    expect(await post(late)).toMatchObject({ status: 401, body: { error: expect.stringMatching(/new tickets/) } });
    await writeFile(keytab, '');
    expect(await post(late)).toMatchObject({ status: 503, body: { error: expect.stringMatching(/Try again later/) } });
    await writeFile(keytab, renewed);
    expect(await post(late)).toMatchObject({ status: 201 });
  });

  itUnless(OBSTACLE, 'refuses an expired ticket whose holder says otherwise', async () => {
    const strict = await Service.start({ ...environment(), ...(await kdc.environmentWithSkew(SKEW)) });
    try {
      const alice = await kdc.login('alice', { shortTicket: 'HTTP/localhost' });
      const url = strict.base.replace('127.0.0.1', 'localhost');
      const call = (): Promise<Answer> => curl(alice, `${url}/api/v1/requests`, [...POSTED, body]);
      await wait((SHORT_LIFE + SKEW + 1) * 1_000);
      // curl sends no expired ticket.
      expect(await call()).toMatchObject({ status: 401, challenges: ['Negotiate'] });
      await lengthen(alice.KRB5CCNAME.replace('FILE:', ''));
      const expired = { error: expect.stringMatching(/the ticket has expired/) };
      expect(await call()).toMatchObject({ status: 401, challenges: ['Negotiate'], body: expired });
    } finally {
      await strict.close();
    }
  });

  itUnless(OBSTACLE, 'does not start without the package or a key, and says what to do', async () => {
    const database = await openTestDatabase();
    const start = (more: Record<string, string>): Promise<Service> =>
      Service.start({ ...environment(), DATABASE_URL: database.url, ...more });
    const without = `data:text/javascript,${encodeURIComponent(WITHOUT_PACKAGE)}`;
    const other = await kdc.keytab('HTTP/other.example.org');
    const empty = join(kdc.directory, 'empty.keytab');
    await writeFile(empty, '');
    const cases: [Record<string, string>, RegExp][] = [
      [{ NODE_OPTIONS: `--import=${without}` }, /optional package kerberos.*libkrb5-dev.*npm ci/],
      [{ CACHITO_KERBEROS_KEYTAB: '/nowhere' }, /CACHITO_KERBEROS_KEYTAB \(\/nowhere\)/],
      [{ CACHITO_KERBEROS_KEYTAB: empty }, /CACHITO_KERBEROS_KEYTAB \(.*empty\.keytab\)/],
      [{ CACHITO_KERBEROS_KEYTAB: other }, /no key of HTTP\/localhost.*ktadd/],
      [{ CACHITO_KERBEROS_SERVICE: 'cachito.example.org' }, /no key of HTTP\/cachito\.example\.org.*klist -k/],
    ];
    try {
      for (const [more, message] of cases) await expect(start(more)).rejects.toThrow(message);
    } finally {
      await database.close();
    }
  });

  function environment(): Record<string, string> {
    return { ...kdc.environment, CACHITO_KERBEROS_SERVICE: SERVICE, CACHITO_KERBEROS_KEYTAB: keytab, LOGIN_DISABLED: 'false' };
  }

  /** By the name of the service principal. */
  function address(): string {
    return `${service.base.replace('127.0.0.1', 'localhost')}/api/v1/requests`;
  }

  function post(client: Record<string, string>): Promise<Answer> {
    return curl(client, address(), [...POSTED, body]);
  }

  /** A call with a header of our own. */
  async function send(authorization: string): Promise<Answer> {
    const response = await service.post(JSON.parse(body), { Authorization: authorization });
    const challenges = response.headers.get('WWW-Authenticate')?.split(', ') ?? [];
    return { status: response.status, challenges, body: (await response.json()) as Answer['body'] };
  }

  async function tokens(of: string, count: number, environment?: Record<string, string>): Promise<string[]> {
    if (of !== SERVICE) await kdc.keytab(of.replace('@', '/'));
    return JSON.parse(await client(environment ?? (await kdc.login('alice')), ['tokens', of, String(count)])) as string[];
  }
});

const POSTED = ['-H', 'Content-Type: application/json', '-d'];
/** Seconds. */
const SKEW = 5;
const STALE = JSON.stringify({ state: 'stale', state_reason: 'The request has expired' });
const WITHOUT_PACKAGE = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`export async function resolve(name, context, next) {
  if (name === 'kerberos') throw new Error("Cannot find package 'kerberos'");
  return next(name, context);
}\`));`;
