import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';

const REF = '0123456789abcdef0123456789abcdef01234567';
const SECRET = 'hunter2-do-not-show';

/**
 * Addresses and repositories of an attacker. Each must be refused when it is posted (4xx) or end as a failed request, with
 * a message that says what to do; never a 5xx, a hang, or a secret in an answer or the log. Only 127.0.0.0/8 is allowed.
 */
describe('hostile repositories', () => {
  let service: Service;
  let gitServer: GitServer;
  let redirector: Server;
  let redirectorUrl: string;
  const touched: string[] = [];

  beforeAll(async () => {
    gitServer = await GitServer.start();
    redirector = createServer((request, response) => {
      touched.push(request.url ?? '');
      const target = decodeURIComponent(/^\/to\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? '');
      response.writeHead(302, { Location: `${target}/info/refs?service=git-upload-pack` }).end();
    });
    await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
    redirectorUrl = `http://127.0.0.1:${(redirector.address() as AddressInfo).port}`;
    service = await Service.start();
  });

  afterAll(async () => {
    await service?.close();
    await gitServer?.stop();
    redirector?.close();
  });

  /** Posts it; returns how it was refused. */
  async function refusal(body: Record<string, unknown>): Promise<{ status: number; message: string }> {
    const response = await service.post({ pkg_managers: [], ...body });
    const answer = (await response.json()) as { id: number; error?: string };
    if (response.status !== 201) return { status: response.status, message: answer.error ?? JSON.stringify(answer) };
    const request = await service.finish(answer.id);
    expect(request.state).toBe('failed');
    return { status: 201, message: request.state_reason };
  }

  const REFUSED_WHEN_POSTED = [
    'file:///etc',
    'file://localhost/etc',
    'FILE:///etc/passwd',
    '/etc',
    './relative',
    '../relative',
    'C:\\repo',
    'ext::sh -c "touch /tmp/owned"',
    'ext::sh%20-c%20id',
    'fd::17',
    'http::https://example.org/x',
    'git://example.org/team/app',
    'ftp://example.org/team/app',
    'rsync://example.org/team/app',
    'javascript:alert(1)',
    'data:text/plain,x',
    '-oProxyCommand=touch /tmp/owned',
    '--upload-pack=touch /tmp/owned',
    '-u',
    'ssh://-oProxyCommand=touch%20owned/x',
    'ssh://user@-oProxyCommand=x/team/app',
    '-oProxyCommand=x:team/app',
    'git@-oProxyCommand=x:team/app',
    `https://user:${SECRET}@example.org/team/app`,
    `https://${SECRET}:x-oauth-basic@example.org/team/app`,
    `ssh://git:${SECRET}@example.org/team/app`,
    'https://',
    'https:///team/app',
    'https://example.org',
    'https://exa mple.org/team/app',
    'https://example.org/team/app\n',
    'https://example.org/team/app\r\nHost: evil',
    'https://example.org/team/\u0000app',
    'https://example.org:99999/team/app',
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/team/app',
    'http://10.0.0.1/team/app',
    'http://192.168.1.1/team/app',
    'http://172.16.0.1/team/app',
    'http://100.64.0.1/team/app',
    'http://0.0.0.0/team/app',
    'http://0/team/app',
    'http://2852039166/latest',
    'http://0xa9fea9fe/latest',
    'http://0251.0376.0251.0376/latest',
    'http://[::ffff:169.254.169.254]/latest',
    'http://[::ffff:a9fe:a9fe]/latest',
    'http://[64:ff9b::a9fe:a9fe]/latest',
    'http://[::1]/team/app',
    'http://224.0.0.1/team/app',
    'http://255.255.255.255/team/app',
    'ssh://git@10.0.0.1/team/app',
    'git@10.0.0.1:team/app',
    `https://example.org/${'a'.repeat(200)}`,
    '',
    ' ',
  ];

  it.each(REFUSED_WHEN_POSTED)('refuses %j when it is posted', async (repo) => {
    const { status, message } = await refusal({ repo, ref: REF });
    expect(status).toBe(400);
    expect(message.length).toBeGreaterThan(10);
    expect(message).not.toContain(SECRET);
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://10.1.2.3:80/team/app',
    'http://[::1]:80/team/app',
    'http://2852039166/latest',
    'file:///etc/passwd',
    'ext::sh -c id',
    'gopher://127.0.0.1:6379/_x',
    'ssh://git@127.0.0.1/team/app',
    '//169.254.169.254/latest',
  ])('does not follow a redirect to %s', async (target) => {
    const { status, message } = await refusal({ repo: `${redirectorUrl}/to/${encodeURIComponent(target)}/app.git`, ref: REF });
    expect(status).toBe(201);
    expect(message.length).toBeGreaterThan(10);
  });

  it('gives up on a redirect loop', async () => {
    const loop = `${redirectorUrl}/to/${encodeURIComponent(`${redirectorUrl}/to/${encodeURIComponent(redirectorUrl)}`)}`;
    expect((await refusal({ repo: loop, ref: REF })).status).toBe(201);
  });

  it.each([
    ['an absolute link', { 'evil.txt': { link: '/etc/passwd' } }],
    ['a link above the root', { 'a/evil.txt': { link: '../../../etc/passwd' } }],
    ['a chain of links', { out: { link: 'a/../..' }, 'a/x': 'x', evil: { link: 'out/etc' } }],
    ['a submodule that climbs', gitmodules('../escape', 'https://example.org/x.git')],
    ['a submodule address that is an option', gitmodules('lib', '--upload-pack=touch /tmp/owned')],
    ['a submodule address with ext::', gitmodules('lib', 'ext::sh -c id')],
    ['a submodule address with file:', gitmodules('lib', 'file:///etc')],
    ['a submodule address on the inside', gitmodules('lib', 'http://169.254.169.254/x.git')],
    ['a submodule path that is an option', gitmodules('-x', 'https://example.org/x.git')],
    ['a submodule in .git', gitmodules('lib/.git/hooks', 'https://example.org/x.git')],
    ['a linked .gitmodules', { '.gitmodules': { link: 'other' }, other: '[submodule "x"]\n', lib: { gitlink: REF } }],
  ])('fails a request for a tree with %s', async (name, files) => {
    const repository = await gitServer.createRepository(`hostile/${name.replaceAll(/\W+/g, '-')}.git`);
    const ref = await repository.commit({ files: { 'readme.txt': 'x', ...files } });
    const { status, message } = await refusal({ repo: repository.url, ref, pkg_managers: ['git-submodule'] });
    expect(status).toBe(201);
    expect(message.length).toBeGreaterThan(10);
  });

  it('says so when there is no such commit or repository', async () => {
    const repository = await gitServer.createRepository('team/app.git', [{ files: { a: 'a' } }]);
    expect((await refusal({ repo: repository.url, ref: REF })).message).toMatch(/commit/);
    expect((await refusal({ repo: `${gitServer.url}/team/none.git`, ref: REF })).message).toMatch(/repository|found/);
  });

  it('shows the secret of a refused address nowhere', async () => {
    expect(service.log).not.toContain(SECRET);
    expect(await (await service.fetch('/api/v1/requests?per_page=100&verbose=true')).text()).not.toContain(SECRET);
  });

  it('never answered with a server error', () => {
    expect(service.log).not.toMatch(/"statusCode":5\d\d/);
  });
});

function gitmodules(path: string, url: string): Record<string, string | { gitlink: string }> {
  return {
    '.gitmodules': `[submodule "lib"]\n\tpath = ${path}\n\turl = ${url}\n`,
    // git itself refuses to write some of these paths; the section alone is hostile enough then.
    ...(/^[\w]+$/.test(path) ? { [path]: { gitlink: REF } } : {}),
  };
}
