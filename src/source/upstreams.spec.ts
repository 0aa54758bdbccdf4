import { request } from 'node:http';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from '../../test/support/git-server.js';
import { filesBelow, openSources, type SourceFixture, type SourceFixtureOptions, unpack } from '../../test/support/source-fixture.js';
import type { Configuration } from '../config/index.js';
import { type Certificate, makeCertificate, type ProxyServer, type Running, serveProxy, serveTls } from '../download/__fixtures__/servers.js';
import { CommandGitClient } from './git/command/command-git-client.js';
import { IsomorphicGitClient } from './git/isomorphic/isomorphic-git-client.js';

const TOKEN = 't0ken-s3cret';
const AUTHORIZATION = `Basic ${Buffer.from(`oauth2:${TOKEN}`).toString('base64')}`;

const CLIENTS: [string, NonNullable<SourceFixtureOptions['client']>][] = [
  ['the git command', (settings) => new CommandGitClient(settings)],
  ['isomorphic-git', (settings) => new IsomorphicGitClient(settings)],
];

describe.each(CLIENTS)('Git upstreams with %s', (_name, client) => {
  let guarded: GitServer;
  let secure: Running;
  let proxy: ProxyServer;
  let certificate: Certificate;
  let ref: string;
  let fixture: SourceFixture | undefined;

  beforeAll(async () => {
    guarded = await GitServer.start({ credentials: { username: 'oauth2', password: TOKEN } });
    const repository = await guarded.createRepository('mirror/team/app');
    ref = await repository.commit({ files: { a: 'content' } });
    certificate = makeCertificate('IP:127.0.0.1', 'DNS:git.acme.test');
    secure = await serveTls(certificate, ({ url, method, headers }, response) => {
      const inner = { host: '127.0.0.1', port: guarded.port, path: url, method, headers };
      const forwarded = request(inner, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      response.req.pipe(forwarded.on('error', () => response.destroy()));
    });
    proxy = await serveProxy();
    proxy.names.set('git.acme.test', secure.port);
    proxy.names.set('plain.acme.test', guarded.port);
  });
  afterEach(async () => {
    proxy.seen.length = 0;
    guarded.authorizations.length = 0;
    await fixture?.close();
    fixture = undefined;
  });
  afterAll(async () => {
    await guarded.stop();
    await secure.close();
    await proxy.close();
  });

  /** No private network is allowed: only what is configured may be reached. */
  async function archive(
    repo: string,
    upstreams: Partial<Configuration['upstreams']>,
    proxies: Configuration['outbound']['proxies'] = { http: undefined, https: undefined, noProxy: '' },
  ): Promise<{ repo: string; files: unknown; told: string }> {
    fixture = await openSources({ client, configuration: { upstreams, outbound: { allowedPrivateNetworks: [], proxies } } });
    const source = await fixture.archive.archive({ repo, ref, withSubmodules: false }, fixture.options);
    const directory = await unpack(fixture, fixture.archive.segments(source));
    const rows: unknown = await fixture.database.dataSource.query('SELECT * FROM source');
    const files = await filesBelow(directory);
    await rm(directory, { recursive: true });
    return { repo: source.repo, files, told: JSON.stringify([rows, fixture.lines]) };
  }

  const access = (url: string, ca?: string) => [{ url, authorization: AUTHORIZATION, ca }];

  it('fetches from a private mirror with its token, under the submitted address', async () => {
    const mirror = `${guarded.url}/mirror/`;
    const upstreams = { git: [{ prefix: 'https://git.acme.dev/', mirror }], access: access(mirror) };
    const stored = await archive('https://git.acme.dev/team/app', upstreams);
    expect(stored).toMatchObject({ repo: 'https://git.acme.dev/team/app', files: { 'app/a': 'content' } });
    expect(stored.told).not.toContain(TOKEN);
    expect(stored.told).not.toContain('127.0.0.1');
    expect(new Set(guarded.authorizations)).toEqual(new Set([AUTHORIZATION]));
  });

  it('rewrites addresses of ssh to a mirror over http', async () => {
    const mirror = `${guarded.url}/mirror/`;
    const upstreams = { git: [{ prefix: 'ssh://git@git.acme.dev/', mirror }], access: access(mirror) };
    expect(await archive('git@git.acme.dev:team/app', upstreams)).toMatchObject({ files: { 'app/a': 'content' } });
  });

  it('reaches nothing private beside what is configured', async () => {
    const upstreams = { git: [{ prefix: `http://localhost:${guarded.port}/`, mirror: undefined }], access: access(`${guarded.url}/`) };
    await expect(archive(`${guarded.url}/mirror/team/app`, upstreams)).rejects.toMatchObject({ errorType: 'ValidationError' });
    expect(guarded.authorizations).toEqual([]);
  });

  it('trusts the certificates of an entry, and needs them', async () => {
    const git = [{ prefix: `${secure.url}/`, mirror: undefined }];
    const repo = `${secure.url}/mirror/team/app`;
    await expect(archive(repo, { git, access: access(`${secure.url}/`) })).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
    await fixture?.close();
    expect(await archive(repo, { git, access: access(`${secure.url}/`, certificate.cert) })).toMatchObject({ files: { 'app/a': 'content' } });
  });

  it.each([
    ['https', 'https://git.acme.test/', 'CONNECT git.acme.test:443'],
    ['http', 'http://plain.acme.test/', 'GET http://plain.acme.test/mirror/team/app/info/refs?service=git-upload-pack'],
  ])('goes through a proxy, which resolves the name: %s', async (_scheme, prefix, line) => {
    const address = `http://user:pr0xy-s3cret@127.0.0.1:${proxy.port}/`;
    const upstreams = { git: [{ prefix, mirror: undefined }], access: access(prefix, prefix.startsWith('https:') ? certificate.cert : undefined) };
    const stored = await archive(`${prefix}mirror/team/app`, upstreams, { http: address, https: address, noProxy: '' });
    expect(stored.files).toEqual({ 'app/a': 'content' });
    expect(stored.told).not.toContain('s3cret');
    expect(proxy.seen.map((request_) => request_.line)).toContain(line);
    const sent = new Set(proxy.seen.map(({ authorization }) => authorization));
    // git asks without credentials first, to learn how to send them.
    sent.delete(undefined);
    expect(sent).toEqual(new Set([`Basic ${Buffer.from('user:pr0xy-s3cret').toString('base64')}`]));
    expect(new Set(guarded.authorizations)).toEqual(new Set([AUTHORIZATION]));
  });

  it('tells that a proxy refuses', async () => {
    proxy.refuse = 403;
    const proxies = { http: proxy.url, https: proxy.url, noProxy: '' };
    await expect(archive('https://git.acme.test/team/app', {}, proxies)).rejects.toMatchObject({
      errorType: 'RepositoryAccessError',
      message: expect.stringContaining('status 403'),
    });
    proxy.refuse = undefined;
  });
});
