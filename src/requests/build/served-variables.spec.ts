import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../testing.js';
import { readVariables, saveVariableTemplates, type ServedVariable } from './served-variables.js';

const PASSWORD = 'f00dfeedf00dfeedf00dfeed';
const INDEX: ServedVariable['template'] = [
  { fill: 'public-scheme' }, `//cachito-pip-1:${PASSWORD}@`, { fill: 'public-host' }, '/repository/cachito-pip-hosted-1/simple',
];
const VARIABLES: ServedVariable[] = [
  { name: 'PIP_INDEX_URL', kind: 'literal', mode: 'registry', template: ['a former value'] },
  { name: 'PIP_INDEX_URL', kind: 'literal', mode: 'registry', template: INDEX },
  { name: 'PIP_TRUSTED_HOST', kind: 'literal', mode: 'registry', plainHttpOnly: true, template: [{ fill: 'public-authority' }] },
  { name: 'UV_DEFAULT_INDEX', kind: 'literal', mode: 'registry', client: 'uv', template: INDEX },
  { name: 'SSL_CERT_FILE', kind: 'path', mode: 'registry', template: ['for all'] },
  { name: 'SSL_CERT_FILE', kind: 'path', mode: 'registry', client: 'uv', template: ['app/package-index-ca.pem'] },
  { name: 'UV_FIND_LINKS', kind: 'literal', mode: 'offline', client: 'uv', template: ['file:', { fill: 'bundle-directory', relative: '' }, 'deps/pip'] },
  { name: 'PIP_FIND_LINKS', kind: 'path', mode: 'offline', template: ['deps/pip/links.html'] },
  { name: 'B', kind: 'literal', mode: 'registry', template: ['template'] },
];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function newRequest(): Promise<number> {
  const body = { repo: 'https://git.example/team/app.git', ref: 'c'.repeat(40), pkg_managers: [] };
  const { id } = Object((await service.call('POST', '/requests', { body })).json);
  await saveVariableTemplates(service.dataSource.manager, id, VARIABLES);
  return id;
}

describe('environment variables that are templates', () => {
  it.each<[string, Record<string, string>]>([
    ['', { B: 'posted', SSL_CERT_FILE: 'for all', PIP_INDEX_URL: 'INDEX', PIP_TRUSTED_HOST: 'HOST' }],
    ['?client=uv', { B: 'posted', SSL_CERT_FILE: 'app/package-index-ca.pem', PIP_INDEX_URL: 'INDEX', PIP_TRUSTED_HOST: 'HOST', UV_DEFAULT_INDEX: 'INDEX' }],
    ['?mode=offline', { PIP_FIND_LINKS: 'deps/pip/links.html' }],
    ['?mode=offline&client=uv', { PIP_FIND_LINKS: 'deps/pip/links.html', UV_FIND_LINKS: 'file:deps/pip' }],
    ['?mode=offline&client=uv&bundle_dir=/x y', { PIP_FIND_LINKS: 'deps/pip/links.html', UV_FIND_LINKS: 'file:///x%20y/deps/pip' }],
  ])('are served filled in, sorted, what was posted over them: %s', async (query, expected) => {
    const id = await newRequest();
    const posted = { B: { value: 'posted', kind: 'path' } };
    await service.call('PATCH', `/requests/${id}`, { body: { environment_variables: posted } });
    const { json } = await service.call('GET', `/requests/${id}/environment-variables${query}`);
    const shown = Object.entries(Object(json) as Record<string, { value: string; kind: string }>);
    const { host } = new URL(service.origin);
    const values = { INDEX: `http://cachito-pip-1:${PASSWORD}@${host}/repository/cachito-pip-hosted-1/simple`, HOST: host };
    const filled = Object.entries(expected).map(([name, value]) => [name, values[value as keyof typeof values] ?? value]);
    expect(shown.map(([name, { value }]) => [name, value])).toEqual(filled.sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(Object.fromEntries(shown.map(([name, { kind }]) => [name, kind]))).toMatchObject(
      query === '' ? { B: 'path', SSL_CERT_FILE: 'path', PIP_INDEX_URL: 'literal' } : {},
    );
  });

  it('are in the views of requests, at the address of the call, without those of clients', async () => {
    const id = await newRequest();
    const { host } = new URL(service.origin);
    const expected = {
      B: 'template',
      PIP_INDEX_URL: `http://cachito-pip-1:${PASSWORD}@${host}/repository/cachito-pip-hosted-1/simple`,
      PIP_TRUSTED_HOST: host,
      SSL_CERT_FILE: 'for all',
    };
    for (const path of [`/requests/${id}`, '/requests/latest?repo_name=team/app&ref=' + 'c'.repeat(40)]) {
      expect((await service.call('GET', path)).json).toMatchObject({ id, environment_variables: expected });
    }
    for (const path of ['/requests', '/requests?verbose=true']) {
      const [first] = Object((await service.call('GET', path)).json).items;
      expect([first.id, first.environment_variables]).toEqual([id, expected]);
    }
  });

  it.each([
    ['https://c.example/base', undefined, `https://cachito-pip-1:${PASSWORD}@c.example/base/repository/cachito-pip-hosted-1/simple`],
    ['http://c.example:8080', 'c.example:8080', `http://cachito-pip-1:${PASSWORD}@c.example:8080/repository/cachito-pip-hosted-1/simple`],
  ])('know plain http: %s', async (publicUrl, trusted, index) => {
    const id = await newRequest();
    const values = { publicUrl, bundleDirectory: undefined };
    const shown = (await readVariables(service.dataSource.manager, [id], { mode: 'registry' }, values)).get(id);
    expect([shown?.get('PIP_TRUSTED_HOST')?.value, shown?.get('PIP_INDEX_URL')?.value]).toEqual([trusted, index]);
  });

  it.each(['failed', 'stale'])('are gone when the request is %s', async (state) => {
    const id = await newRequest();
    await service.call('PATCH', `/requests/${id}`, { body: { state, state_reason: 'enough' } });
    for (const query of ['', '?mode=offline', '?client=uv']) {
      expect((await service.call('GET', `/requests/${id}/environment-variables${query}`)).json).toEqual({});
    }
    const rows = await service.dataSource.query('SELECT FROM request_variable_template WHERE request_id = $1', [id]);
    expect(rows).toEqual([]);
  });
});
