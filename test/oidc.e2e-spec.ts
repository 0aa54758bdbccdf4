import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  confusedToken,
  type IssuerKey,
  issuerKey,
  type IssuerMode,
  makeToken,
  OidcIssuers,
  publicJwk,
  signed,
  unsignedToken,
} from './support/oidc-issuer.js';
import { Service } from './support/service.js';

/** Claims of a job, by the names that GitHub Actions and GitLab CI document. */
const GITHUB = {
  sub: 'repo:acme/app:ref:refs/heads/main',
  aud: 'cachito',
  repository: 'acme/app',
  repository_owner: 'acme',
  repository_visibility: 'private',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  sha: 'a'.repeat(40),
  workflow: 'build',
  event_name: 'push',
  actor: 'octocat',
  run_id: '1',
  runner_environment: 'github-hosted',
  job_workflow_ref: 'acme/app/.github/workflows/build.yml@refs/heads/main',
};
const GITLAB = {
  sub: 'project_path:acme/tools/app:ref_type:branch:ref:main',
  aud: 'cachito',
  namespace_path: 'acme/tools',
  project_path: 'acme/tools/app',
  project_id: '22',
  user_login: 'alice',
  pipeline_source: 'push',
  ref: 'main',
  ref_type: 'branch',
  ref_protected: 'true',
};
const KUBERNETES = {
  sub: 'system:serviceaccount:builds:cachito-worker',
  aud: ['https://kubernetes.default.svc', 'cachito'],
  'kubernetes.io': { namespace: 'builds', serviceaccount: { name: 'cachito-worker', uid: 'x' } },
};

const MODES: IssuerMode[] = ['down', 'silent', 'html', 'redirect', 'huge', 'impostor', 'broken'];
const NOW = Math.floor(Date.now() / 1000);
const WORKER_CALL = { state: 'in_progress', state_reason: 'still at it' };

let key: IssuerKey;
let other: IssuerKey;
let issuers: OidcIssuers;
let right: string;
let service: Service;
let folder: string;

beforeAll(async () => {
  key = issuerKey('one');
  other = issuerKey('other', 'ES256');
  issuers = await OidcIssuers.start();
  right = issuers.addIssuer('right', [key, other]);
  const away = MODES.map((mode) => issuers.addIssuer(mode, [key], mode));
  const configured = [
    {
      issuer: right,
      audience: 'cachito',
      rules: [
        { claims: { repository: 'acme/*', ref: ['refs/heads/main', 'refs/tags/v*'] }, user: 'github:{repository}' },
        { claims: { project_path: 'acme/*', ref_protected: 'true' }, user: 'gitlab:{project_path}:{user_login}' },
        { claims: { sub: 'system:serviceaccount:builds:*' }, user: 'kubernetes:{sub}', roles: ['worker'] },
        { claims: { groups: 'cachito-admins' }, user: 'person:{name}', roles: ['administrator'] },
      ],
    },
    ...away.map((issuer, at) => ({ issuer, audience: 'cachito', rules: [{ claims: { sub: '*' }, user: `away-${at}` }] })),
  ];
  folder = await mkdtemp(join(tmpdir(), 'cachito-oidc-'));
  await writeFile(join(folder, 'oidc.json'), JSON.stringify(configured));
  service = await Service.start({
    CACHITO_OIDC_FILE: join(folder, 'oidc.json'),
    CACHITO_WORKER_USERNAMES: '["gitlab:acme/tools/app:alice"]',
  });
});

afterAll(async () => {
  await service?.close();
  issuers?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A worker's call: 404 for a worker, as there is no such request, 403 for others. */
async function workerCall(authorization: string | string[]): Promise<{ status: number; error: string; answer: Response }> {
  const headers = new Headers({ 'Content-Type': 'application/json' });
  for (const value of [authorization].flat()) headers.append('Authorization', value);
  const body = JSON.stringify(WORKER_CALL);
  const answer = await service.fetch('/api/v1/requests/2000000000', { method: 'PATCH', headers, body });
  const text = await answer.text();
  return { status: answer.status, error: text === '' ? '' : String(Object(JSON.parse(text)).error), answer };
}

const bearer = (token: string): string => `Bearer ${token}`;
const token = (claims: object, header: object = {}): string => makeToken(key, { iss: right, ...claims }, header);

describe('a token that is accepted', () => {
  it.each<[string, object, string]>([
    ['a job of GitHub Actions', GITHUB, 'github:acme/app'],
    ['a job of GitLab CI', GITLAB, 'gitlab:acme/tools/app:alice'],
    ['a service account of Kubernetes', KUBERNETES, 'kubernetes:system:serviceaccount:builds:cachito-worker'],
    ['one of a group', { sub: 'x', aud: 'cachito', groups: ['all', 'cachito-admins'], name: 'bob' }, 'person:bob'],
    ['expired within the tolerance', { ...GITHUB, exp: NOW - 30 }, 'github:acme/app'],
  ])('names its user: %s', async (_, claims, user) => {
    const answer = await service.post(
      { repo: 'https://127.0.0.1:1/a.git', ref: 'a'.repeat(40), pkg_managers: [] },
      { Authorization: bearer(token(claims)) },
    );
    expect([answer.status, await answer.json()]).toEqual([201, expect.objectContaining({ user, submitted_by: null })]);
  });

  it.each<[string, object, number]>([
    ['by its rule', KUBERNETES, 404],
    ['by the list of users', GITLAB, 404],
    ['not at all', GITHUB, 403],
  ])('has the role of a worker: %s', async (_, claims, status) => {
    expect((await workerCall(bearer(token(claims)))).status).toBe(status);
  });

  it('may be signed by any key of the issuer, and the scheme be written in any case', async () => {
    expect((await workerCall(`bEARER ${makeToken(other, { iss: right, ...KUBERNETES })}`)).status).toBe(404);
  });
});

describe('a token that is refused', () => {
  const job = { iss: '', ...KUBERNETES };
  it.each<[string, () => string, RegExp]>([
    ['expired', () => token({ ...job, iss: right, exp: NOW - 3600 }), /expired at \d{4}-/],
    ['expired ages ago', () => token({ ...job, iss: right, exp: -1e300 }), /expired at an impossible time/],
    ['without end', () => token({ ...job, iss: right, exp: undefined }), /no claim exp/],
    ['with an end that is no number', () => token({ ...job, iss: right, exp: '9999999999' }), /exp is malformed|malformed/],
    ['not yet valid', () => token({ ...job, iss: right, nbf: NOW + 3600 }), /not valid before \d{4}-/],
    ['issued in the future', () => token({ ...job, iss: right, iat: NOW + 3600 }), /issued in the future/],
    ['for another audience', () => token({ ...job, iss: right, aud: 'vault' }), /audience \(aud\) must be "cachito"/],
    ['for other audiences', () => token({ ...job, iss: right, aud: ['vault', 'cachito.evil'] }), /audience/],
    ['for nobody', () => token({ ...job, iss: right, aud: undefined }), /audience/],
    ['of an unknown issuer', () => token({ ...job, iss: `${issuers.origin}/unknown` }), /issuer is not one/],
    ['of an issuer that is almost right', () => token({ ...job, iss: `${right}/` }), /issuer is not one/],
    ['of no issuer', () => token({ ...job, iss: undefined }), /issuer is not one/],
    ['of a list of issuers', () => token({ ...job, iss: [right] }), /issuer is not one/],
    ['of an unknown key', () => makeToken(issuerKey('unknown'), { ...job, iss: right }), /does not publish/],
    ['of a strange key with a known name', () => makeToken(issuerKey('one'), { ...job, iss: right }), /signature is not right/],
    ['without a signature', () => unsignedToken({ ...job, iss: right }), /algorithm that is not accepted|malformed/],
    ['without a signature, None', () => unsignedToken({ ...job, iss: right }, 'None'), /algorithm that is not accepted|malformed/],
    ['of key confusion', () => confusedToken(key, { ...job, iss: right }), /algorithm that is not accepted/],
    ['with a changed payload', () => changed(token({ ...job, iss: right })), /signature is not right/],
    ['that brings its key', () => brought({ jwk: publicJwk(issuerKey('mine')) }), /signature is not right/],
    ['that says where its key is', () => brought({ jku: `${issuers.origin}/evil/keys` }), /signature is not right/],
    ['that says where its certificate is', () => brought({ x5u: `${issuers.origin}/evil/cert` }), /signature is not right/],
    ['with a critical extension', () => token({ ...job, iss: right }, { crit: ['b64'], b64: false }), /malformed/],
    ['without a rule', () => token({ ...GITHUB, iss: right, repository: 'acme-evil/app' }), /no rule/],
    ['of another branch', () => token({ ...GITHUB, iss: right, ref: 'refs/heads/main2' }), /no rule/],
    ['with a rule, but no name', () => token({ ...job, iss: right, sub: 'x', groups: ['cachito-admins'] }), /no claim name/],
    ['with a name of control characters', () => admin('a\nb'), /claim name cannot be/],
    ['with a name that is too long', () => admin('x'.repeat(256)), /claim name cannot be/],
    ['with a name that is a list', () => admin(['bob']), /no claim name/],
    ['that is no token', () => 'abc', /no JSON Web Token/],
    ['that is encrypted', () => 'a.b.c.d.e', /no JSON Web Token/],
    ['whose payload is no JSON', () => signed(key, '{"iss":'), /no JSON Web Token/],
    ['whose payload is a list', () => signed(key, '[]'), /no JSON Web Token/],
    ['of another service', () => `cachito_${'x'.repeat(43)}`, /no JSON Web Token/],
    ['with something behind it', () => `${token({ ...job, iss: right })} more`, /holds no bearer token/],
    ['that is empty', () => '', /holds no bearer token/],
  ])('%s', async (_, make, message) => {
    const { status, error, answer } = await workerCall(bearer(make()));
    expect([status, error]).toEqual([401, expect.stringMatching(message)]);
    expect(error.length).toBeLessThan(200);
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="cachito", error="invalid_token"');
  });

  const admin = (name: unknown): string => token({ aud: 'cachito', sub: 'x', groups: ['cachito-admins'], name });
  const brought = (header: object): string => makeToken({ ...issuerKey('one') }, { iss: right, ...KUBERNETES }, header);
  const changed = (good: string): string => {
    const [head, , signature] = good.split('.');
    return [head, token({ ...GITHUB, iss: right }).split('.')[1], signature].join('.');
  };

  it('asks no network for issuers, keys and certificates that the token names', () => {
    expect(issuers.asked.filter((path) => !/^\/(right|down|silent|html|redirect|huge|impostor|broken)\//.test(path))).toEqual([]);
  });

  it('of duplicate claims, the last one counts everywhere', async () => {
    const claims = (first: string, second: string): string =>
      `{"iss":"${first}","iss":"${second}","aud":"cachito","exp":${NOW + 300},"sub":"${KUBERNETES.sub}"}`;
    expect((await workerCall(bearer(signed(key, claims(right, 'https://evil.example'))))).status).toBe(401);
    expect((await workerCall(bearer(signed(key, claims('https://evil.example', right))))).status).toBe(404);
  });

  it('that is huge', async () => {
    const { status } = await workerCall(bearer(token({ ...KUBERNETES, padding: 'x'.repeat(8_000) })));
    expect(status).toBe(404);
    const answer = await workerCall(bearer(token({ ...KUBERNETES, padding: 'x'.repeat(20_000) })));
    expect([answer.status, answer.error]).toEqual([401, expect.stringMatching(/longer than 16384/)]);
    const headers = { Authorization: bearer(token({ ...KUBERNETES, padding: 'x'.repeat(80_000) })) };
    expect((await service.fetch('/api/v1/requests/1', { method: 'PATCH', headers })).status).toBe(431);
  });

  it('shows nothing of itself in log or answer', async () => {
    const bad = token({ ...KUBERNETES, aud: 'vault' });
    const { error } = await workerCall(bearer(bad));
    const parts = bad.split('.');
    expect(parts.filter((part) => error.includes(part) || service.log.includes(part))).toEqual([]);
  });
});

describe('a call', () => {
  it('without a token is invited to bring one', async () => {
    const answer = await service.post({ repo: 'https://127.0.0.1:1/a.git', ref: 'a'.repeat(40) });
    expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer realm="cachito"']);
  });

  it.each(MODES)('whose issuer is away cannot be judged: %s', async (mode) => {
    const { status, error, answer } = await workerCall(bearer(token({ ...KUBERNETES, iss: `${issuers.origin}/${mode}` })));
    expect([status, error]).toEqual([503, expect.stringMatching(/cannot be judged; try again/)]);
    expect(answer.headers.get('Retry-After')).toBe('30');
  });

  it('does not make the service ask an issuer again that was away just now', async () => {
    const before = issuers.asked.filter((path) => path.startsWith('/down/')).length;
    for (let at = 0; at < 5; at++) await workerCall(bearer(token({ ...KUBERNETES, iss: `${issuers.origin}/down` })));
    expect(issuers.asked.filter((path) => path.startsWith('/down/')).length).toBe(Math.max(before, 1));
  });
});
