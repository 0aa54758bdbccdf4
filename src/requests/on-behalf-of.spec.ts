import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { ProxyStrategy } from '../auth/proxy/proxy.strategy.js';
import type { LoginAttempt } from '../auth/login.strategy.js';
import { startTestService, type TestService } from './testing.js';

const BODY = { repo: 'https://git.example.org/a.git', ref: 'a'.repeat(40) };

/** A credential that gives a role by itself, as a token may: that of `robot`. */
class StrategyWithRoles extends ProxyStrategy {
  protected override identify(request: Request): LoginAttempt {
    const attempt = super.identify(request);
    if (attempt.kind !== 'identified' || attempt.identity.username !== 'robot') return attempt;
    return { ...attempt, identity: { ...attempt.identity, roles: ['representative'] } };
  }
}

const services = new Map<boolean, TestService>();
beforeAll(async () => {
  for (const loginDisabled of [false, true]) {
    const auth = {
      loginDisabled,
      trustedProxies: ['127.0.0.0/8'],
      userRepresentatives: ['rep'],
      workerUsernames: ['worker'],
      administrators: ['admin'],
    };
    const service = await startTestService({ auth }, (builder) => {
      builder.overrideProvider(ProxyStrategy).useClass(StrategyWithRoles);
    });
    await service.call('POST', '/requests', { body: BODY, headers: { 'x-remote-user': 'first' } });
    services.set(loginDisabled, service);
  }
});
afterAll(async () => {
  for (const service of services.values()) await service.close();
});

/** A status, or `user` and `submitted_by` of what was made (201). */
type Outcome = number | [user: string | null, submittedBy: string | null];

async function outcomeOf(isOff: boolean, caller: string | undefined, path: string, body: object): Promise<Outcome> {
  const headers: Record<string, string> = caller === undefined ? {} : { 'x-remote-user': caller };
  const answer = await services.get(isOff)?.call('POST', path, { body, headers });
  const { status, json } = answer ?? { status: 0, json: {} };
  const { user, submitted_by: submittedBy } = Object(json);
  return status === 201 ? [user, submittedBy] : status;
}

/** What may stand in `user`. `SELF` is the caller's own name; nobody has ever heard of `unknown`. */
const SELF = Symbol('self');
const USERS: [string, unknown][] = [
  ['nothing', undefined],
  ['the empty text', ''],
  ['themselves', SELF],
  ['another', 'first'],
  ['an unknown user', 'unknown'],
  ['a long name', 'u'.repeat(255)],
  ['a too long name', 'u'.repeat(256)],
  ['a number', 1],
  ['null', null],
  ['a list', ['first']],
];
const MALFORMED = new Set(['a too long name', 'a number', 'null', 'a list']);
const CALLERS = [undefined, 'alice', 'rep', 'worker', 'admin', 'robot'];
const REPRESENTATIVES = ['rep', 'robot'];

/** The rules: shape (400), login (401), then who may name whom (403, or 400 for nobody). */
function expected(isOff: boolean, caller: string | undefined, kind: string, user: unknown): Outcome {
  if (MALFORMED.has(kind)) return 400;
  if (caller === undefined && !isOff) return 401;
  if (user === undefined || user === '') return [caller ?? null, null];
  if (caller === undefined) return 400;
  return REPRESENTATIVES.includes(caller) ? [String(user), caller] : 403;
}

const ALL = [false, true].flatMap((isOff) =>
  CALLERS.flatMap((caller) => USERS.map(([kind, user]) => ({ isOff, caller, kind, user }))),
);

describe('posting for others', () => {
  it.each(ALL)('login off: $isOff; $caller names $kind', async ({ isOff, caller, kind, user }) => {
    const named = user === SELF ? (caller ?? 'anonymous') : user;
    const body = named === undefined ? BODY : { ...BODY, user: named };
    const outcome = await outcomeOf(isOff, caller, '/requests', body);
    expect(outcome).toEqual(expected(isOff, caller, kind, named));
  });

  it.each(ALL)('again, login off: $isOff; $caller names $kind', async ({ isOff, caller, user }) => {
    // Who submits a request again does it for themselves; `user` has no place there.
    const named = user === SELF ? (caller ?? 'anonymous') : user;
    const body = named === undefined ? {} : { user: named };
    const outcome = await outcomeOf(isOff, caller, '/requests/1/resubmit', body);
    if (named !== undefined) expect(outcome).toBe(400);
    else expect(outcome).toEqual(caller === undefined && !isOff ? 401 : [caller ?? null, null]);
  });
});

// The table above follows the rules; these are rows of it, written out.
describe('rows of the table', () => {
  it.each<[boolean, string | undefined, object, Outcome]>([
    [false, undefined, {}, 401],
    [false, undefined, { user: 'first' }, 401],
    [false, 'alice', {}, ['alice', null]],
    [false, 'alice', { user: '' }, ['alice', null]],
    [false, 'alice', { user: 'alice' }, 403],
    [false, 'rep', { user: 'first' }, ['first', 'rep']],
    [false, 'rep', { user: 'rep' }, ['rep', 'rep']],
    [false, 'robot', { user: 'new' }, ['new', 'robot']],
    [false, 'admin', { user: 'first' }, 403],
    [false, 'worker', { user: 'first' }, 403],
    [true, undefined, {}, [null, null]],
    [true, undefined, { user: 'first' }, 400],
    [true, 'alice', { user: 'first' }, 403],
    [true, 'rep', { user: 'first' }, ['first', 'rep']],
  ])('login off: %s; %s posts %j → %j', async (isOff, caller, more, outcome) => {
    expect(await outcomeOf(isOff, caller, '/requests', { ...BODY, ...more })).toEqual(outcome);
  });
});
