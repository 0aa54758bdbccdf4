import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegistryAccess } from '../index.js';
import { packageOf } from '../npm/testing.js';
import { basic, RegistryService } from '../testing.js';

let service: RegistryService;
let own: RegistryAccess & { id: number };
let other: RegistryAccess & { id: number };

beforeAll(async () => {
  service = await RegistryService.start();
});
afterAll(() => service?.close());
beforeEach(async () => {
  const kite = await service.entry({ name: 'kite', version: '1.0.0', bytes: await packageOf({ name: 'kite' }) });
  own = await service.seal([kite]);
  other = await service.seal([kite]);
});

function call(path: string, authorization?: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${service.origin}/${path}`, { ...init, headers: authorization === undefined ? {} : { authorization } });
}

/** Whatever could tell one 401 from another. */
async function told(response: Response): Promise<unknown> {
  const { status, headers } = response;
  return {
    status,
    challenge: headers.get('www-authenticate'),
    cache: headers.get('cache-control'),
    body: await response.text(),
  };
}

const REFUSED = {
  status: 401,
  challenge: expect.stringMatching(/^Basic realm=/),
  cache: 'no-store',
  body: expect.stringMatching(/^\{"error":/),
};

describe('access to a registry', () => {
  it('has the credentials that were issued', () => {
    expect(own).toEqual({
      id: own.id,
      username: `cachito-npm-${own.id}`,
      password: expect.stringMatching(/^[0-9a-f]{32}$/),
      path: `repository/cachito-npm-${own.id}/`,
      repositoryPaths: {
        hosted: `repository/cachito-pip-hosted-${own.id}/`,
        raw: `repository/cachito-pip-raw-${own.id}/`,
      },
    });
    expect(own.password).not.toBe(other.password);
  });

  it.each<[string, (access: RegistryAccess) => string]>([
    ['user and password', ({ username, password }) => basic(username, password)],
    ['the password as a token', ({ password }) => `Bearer ${password}`],
    ['another spelling of the scheme', ({ username, password }) => basic(username, password).replace('Basic', 'bAsIc')],
  ])('is given to %s', async (_, authorization) => {
    expect((await call(`${own.path}kite`, authorization(own))).status).toBe(200);
    expect((await call(`${own.path}kite/-/kite-1.0.0.tgz`, authorization(own))).status).toBe(200);
  });

  it.each<[string, (access: RegistryAccess, other: RegistryAccess) => string | undefined]>([
    ['no credentials', () => undefined],
    ['a wrong password', ({ username }) => basic(username, 'f'.repeat(32))],
    ['an empty password', ({ username }) => basic(username, '')],
    ['the digest of nobody', ({ username }) => basic(username, '0'.repeat(64))],
    ['the password in capitals', ({ username, password }) => basic(username, password.toUpperCase())],
    ["another's password", ({ username }, { password }) => basic(username, password)],
    ["another's password as a token", (_, { password }) => `Bearer ${password}`],
    ['no user', ({ password }) => basic('', password)],
    ['another spelling of the user', ({ username, password }) => basic(username.toUpperCase(), password)],
    ['a wrong token', () => `Bearer ${'f'.repeat(32)}`],
    ['a broken header', () => 'Basic ==='],
    ['another scheme', ({ password }) => `Digest ${password}`],
  ])('is refused with 401 for %s', async (_, authorization) => {
    expect(await told(await call(`${own.path}kite`, authorization(own, other)))).toEqual(REFUSED);
  });

  it('is refused in the same way, whether there is such a registry or not', async () => {
    const removed = await service.seal([]);
    await service.change(removed.id, 'stale');
    const failed = await service.seal([]);
    await service.change(failed.id, 'failed');
    // As a crash between the change of the state and what follows it leaves things.
    const left = await service.seal([], { id: await service.request('stale') });
    const running = await service.seal([], { id: await service.request('in_progress') });
    const never = service.registries.issue(2_000_000_000, 'npm');
    const manager = service.registries.issue(own.id, 'yarn');
    const expected = await told(await call(`${own.path}kite`));
    expect(expected).toEqual(REFUSED);
    for (const access of [removed, failed, left, running, never, manager]) {
      for (const header of [undefined, basic(access.username, access.password), `Bearer ${access.password}`]) {
        expect(await told(await call(`${access.path}kite`, header))).toEqual(expected);
      }
    }
  });

  it.each(['', 'kite', 'kite/-/kite-1.0.0.tgz', '-/ping', '-/whoami', 'nothing', '-/nothing'])(
    'needs credentials for %s',
    async (path) => {
      expect((await call(`${own.path}${path}`)).status).toBe(401);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS'])('needs credentials for %s', async (method) => {
    expect((await call(`${own.path}kite`, undefined, { method })).status).toBe(401);
  });

  it("is refused with 403 for another's user, whether there is such a registry or not", async () => {
    const yarn = await service.seal([], { id: own.id, packageManager: 'yarn' });
    const paths = [own.path, yarn.path, 'repository/cachito-npm-2000000000/'];
    for (const path of paths) {
      const response = await call(`${path}kite`, basic(other.username, other.password));
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([403, null]);
      expect(await response.json()).toEqual({ error: expect.stringContaining(other.username) });
    }
    expect((await call(`${yarn.path}kite`, basic(own.username, own.password))).status).toBe(403);
  });

  it('ends with the credentials of an earlier attempt', async () => {
    const again = await service.seal([], { id: own.id });
    expect((await call(own.path, basic(own.username, own.password))).status).toBe(401);
    expect((await call(own.path, basic(again.username, again.password))).status).toBe(200);
  });

  it('is throttled for wrong credentials only', async () => {
    const fresh = await RegistryService.start();
    try {
      const access = await fresh.seal([]);
      const statusOf = async (headers: Record<string, string>): Promise<[number, string | null]> => {
        const response = await fetch(`${fresh.origin}/${access.path}`, { headers });
        return [response.status, response.headers.get('retry-after')];
      };
      const wrong = { authorization: basic(access.username, 'wrong') };
      for (let attempt = 0; attempt < 100; attempt += 1) expect(await statusOf(wrong)).toEqual([401, null]);
      expect(await statusOf(wrong)).toEqual([429, expect.stringMatching(/^[1-9]\d?$/)]);
      expect(await statusOf({ authorization: basic(access.username, access.password) })).toEqual([200, null]);
      expect(await statusOf({})).toEqual([401, null]);
      expect(await fresh.counted('unknown', 'throttled')).toBe(1);
      expect(await fresh.counted('unknown', 'unauthorized')).toBe(101);
    } finally {
      await fresh.close();
    }
  });
});
