import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { unpackBundle, writeConfigurationFiles } from './support/bundles.js';
import { FileServer } from './support/file-server.js';
import { GitServer } from './support/git-server.js';
import { type Application, npmApplication } from './support/npm-application.js';
import { cleanEnvironment, npmClient } from './support/npm-clients.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { type RequestView, Service } from './support/service.js';

/** A node of `npm ls --json --long`. */
interface ListedNode {
  name: string;
  version?: string;
  resolved?: string;
  dev?: boolean;
  inBundle?: boolean;
  dependencies?: Record<string, ListedNode>;
}

/** What npm itself says is in a lock file, in the form in which it is to be reported. */
async function listed(application: Application, directory: string): Promise<object[]> {
  for (const [path, content] of Object.entries(application)) await writeFile(join(directory, path), content);
  const args = ['ls', '--all', '--json', '--long', '--package-lock-only'];
  const { stdout } = await execa('npm', args, { cwd: directory, stderr: 'ignore' });
  const found = new Map<string, { name: string; version: string; dev: boolean }>();
  const visit = ({ dependencies = {} }: ListedNode): void => {
    for (const node of Object.values(dependencies)) {
      const { name, resolved = '', dev = false } = node;
      const isExternal = resolved.startsWith('git+') || resolved.includes('127.0.0.1');
      // npm ls leaves out dev for packages in a bundle of one that is for development.
      const version = isExternal ? resolved : (node.version ?? '');
      const key = `${name} ${version}`;
      found.set(key, { name, version, dev: dev && (found.get(key)?.dev ?? true) });
      visit(node);
    }
  };
  visit(JSON.parse(stdout));
  return [...found.values()].map((item) => ({ ...item, type: 'npm', replaces: null }));
}

describe('an npm application with every class of dependency', () => {
  let scratch: string;
  let git: GitServer;
  let files: FileServer;
  let service: Service;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-npm-'));
    [git, files] = await Promise.all([GitServer.start(), FileServer.start()]);
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), files?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  describe.each([1, 2, 3] as const)('lock file version %i', (version) => {
    let application: Application;
    let view: RequestView;

    beforeAll(async () => {
      application = await npmApplication({ git, files }, version);
      const repository = await git.createRepository(`team/shop-${version}.git`);
      const source = { ...application, 'index.js': 'console.log(require("kite")(), require("sail"), require("short")(3))\n' };
      const ref = await repository.commit({ files: source });
      view = await service.complete({ repo: repository.url, ref, pkg_managers: ['npm'] });
    });

    it('reports what npm ls reports', async () => {
      const directory = await mkdtemp(join(scratch, 'ls-'));
      const response = await service.fetch(`/api/v1/requests/${view.id}`);
      const { packages, dependencies } = (await response.json()) as { packages: object[]; dependencies: object[] };
      const byName = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
      const expected = (await listed(application, directory)).map(sortedKeys).sort(byName);
      expect(dependencies.map(sortedKeys).sort(byName)).toEqual(expected);
      expect(packages).toEqual([
        expect.objectContaining({ name: 'kite-shop', type: 'npm', version: '2.0.0' }),
      ]);
    });

    it('is installed through the locked registry', async () => {
      const directory = await unpackBundle(service, view.id, scratch);
      await writeConfigurationFiles(service, view.id, directory);
      expect(await installAndRun(directory, ['ci'])).toBe('1s sail true');
    });

    it('is installed offline from the bundle', async () => {
      const directory = await unpackBundle(service, view.id, scratch);
      await writeConfigurationFiles(service, view.id, directory, '?mode=offline');
      expect(await installAndRun(directory, ['ci', '--offline'])).toBe('1s sail true');
    });
  });

  it('has its dependencies in its documents', async () => {
    const { id, ref } = await service.show(1);
    const json = async (path: string) => (await service.fetch(`/api/v1${path}`)).json();
    const { dependencies } = (await json(`/requests/${id}`)) as { dependencies: { name: string; version: string }[] };
    const version = (name: string): string => dependencies.find((each) => each.name === name)?.version ?? '';
    const purls = {
      '@sindresorhus/is': 'pkg:npm/%40sindresorhus/is@4.6.0',
      'is-odd': 'pkg:npm/is-odd@3.0.1',
      kite: `pkg:generic/kite?vcs_url=${encodeURIComponent(version('kite'))}`,
      sail: `pkg:generic/sail?download_url=${encodeURIComponent(version('sail'))}`,
    };
    const { image_contents: contents } = (await json(`/requests/${id}/content-manifest`)) as {
      image_contents: { purl: string; dependencies: { purl: string }[]; sources: { purl: string }[] }[];
    };
    expect(contents).toHaveLength(1);
    expect(contents[0].purl).toMatch(new RegExp(`^pkg:generic/kite-shop\\?vcs_url=.*%40${ref}$`));
    expect(contents[0].sources).toHaveLength(dependencies.length);
    const wanted = Object.values(purls).map((purl) => ({ purl }));
    expect(contents[0].dependencies).toEqual(expect.arrayContaining(wanted));
    expect(contents[0].dependencies).not.toContainEqual({ purl: 'pkg:npm/mkdirp@0.5.6' });
    expect(contents[0].sources).toContainEqual({ purl: 'pkg:npm/mkdirp@0.5.6' });
    const { components } = (await json(`/requests/${id}/sbom`)) as { components: { purl: string }[] };
    expect(components.map(({ purl }) => purl)).toEqual(expect.arrayContaining(Object.values(purls)));
    const used = (await json(`/dependencies?purl=${encodeURIComponent('pkg:npm/ms@2.1.2')}`)) as {
      items: { request: { id: number }; path: string[] | null }[];
    };
    const path = used.items.find(({ request }) => request.id === id)?.path;
    expect([[`kite@${version('kite')}`], ['debug@4.3.4']].map(([by]) => ['kite-shop@2.0.0', by, 'ms@2.1.2'])).toContainEqual(path);
  });

  it('takes nothing from anywhere when everything is stored', async () => {
    const before = [git.fetches, files.requests.length];
    const view = await service.show(1);
    const response = await service.fetch('/api/v1/requests/1/resubmit', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"offline": true}',
    });
    const again = await service.finish(((await response.json()) as RequestView).id);
    expect(again).toMatchObject({ state: 'complete', packages: view.packages });
    expect([git.fetches, files.requests.length]).toEqual(before);
  });

  it('serves what the lock file names to whom the request belongs, as long as it lives', async () => {
    const [one, other] = [await registryOf(1), await registryOf(2)];
    const status = async (path: string, authorization?: string): Promise<number> =>
      (await fetch(`${one.url}${path}`, { headers: authorization ? { authorization } : {} })).status;
    for (const [path, expected] of [
      ['debug', 200],
      ['debug/-/debug-4.3.4.tgz', 200],
      ['@sindresorhus%2fis', 200],
      ['@sindresorhus/is/-/is-4.6.0.tgz', 200],
      ['lodash', 404],
      ['lodash/-/lodash-4.17.21.tgz', 404],
      ['debug/4.3.3', 404],
      ['debug/-/debug-4.3.3.tgz', 404],
    ] as const) {
      expect([path, await status(path, one.authorization)]).toEqual([path, expected]);
      expect([path, await status(path, other.authorization)]).toEqual([path, 403]);
      expect([path, await status(path)]).toEqual([path, 401]);
      expect([path, await status(path, `Basic ${btoa('cachito-npm-1:guess')}`)]).toEqual([path, 401]);
    }
    await service.fetch('/api/v1/requests/1', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ state: 'stale', state_reason: 'No longer needed' }),
    });
    for (const authorization of [one.authorization, other.authorization, undefined]) {
      expect(await status('debug', authorization)).toBe(authorization === other.authorization ? 403 : 401);
    }
    const files = await service.fetch('/api/v1/requests/1/configuration-files');
    expect(await files.json()).toEqual([]);
    for (const password of [one, other].map(({ authorization }) => atob(authorization.slice(6)).split(':')[1])) {
      expect(service.log).not.toContain(password);
      expect(service.log).not.toContain(btoa(`cachito-npm-1:${password}`));
    }
  });

  /** Address and credentials of a request's registry, as its `.npmrc` has them. */
  async function registryOf(id: number): Promise<{ url: string; authorization: string }> {
    const response = await service.fetch(`/api/v1/requests/${id}/configuration-files`);
    const files = (await response.json()) as { path: string; content: string }[];
    const npmrc = atob(files.find(({ path }) => path === 'app/.npmrc')?.content ?? '');
    const [, url = ''] = /^registry=(.*)$/m.exec(npmrc) ?? [];
    const [, credentials = ''] = /:_auth=(.*)$/m.exec(npmrc) ?? [];
    return { url, authorization: `Basic ${credentials}` };
  }

  async function installAndRun(directory: string, args: string[]): Promise<string> {
    const home = await mkdtemp(join(scratch, 'home-'));
    const [command, ...first] = await npmClient('npm', '11');
    const options = { cwd: join(directory, 'app'), env: cleanEnvironment(home), extendEnv: false };
    await execa(command, [...first, ...args], options);
    return (await execa('node', ['index.js'], options)).stdout;
  }
});

function sortedKeys(item: object): object {
  return Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)));
}
