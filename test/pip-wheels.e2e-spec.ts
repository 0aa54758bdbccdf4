import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from './support/git-server.js';
import { itInstalls, PipInstall } from './support/pip-install.js';
import { hashed, pinned } from './support/pip-pins.js';
import { sourceOf } from './support/pip-sdists.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { type RequestView, Service } from './support/service.js';

const REQUIREMENTS = pinned('itsdangerous==2.2.0', 'markupsafe==2.1.5');
const SDISTS = ['MarkupSafe-2.1.5.tar.gz', 'itsdangerous-2.2.0.tar.gz'];
const ITSDANGEROUS = 'itsdangerous-2.2.0-py3-none-any.whl';

/** A real project whose dependencies have wheels on PyPI: of one for any platform, of the other for many. */
describe('wheels', () => {
  let git: GitServer;
  let service: Service;
  let ofPyPI: string[];

  beforeAll(async () => {
    git = await GitServer.start();
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
    const page = await (await fetch('https://pypi.org/simple/markupsafe/', { headers: { accept: 'text/html' } })).text();
    ofPyPI = [...page.matchAll(/>(MarkupSafe-2\.1\.5-[^<]*\.whl)</g)].map(([, name]) => name);
  });

  afterAll(async () => {
    await service?.close();
    await git?.stop();
  });

  async function post(configuration: object): Promise<RequestView> {
    const repository = await git.createRepository(`team/app-${git.requests.length}.git`);
    const files = { ...(await sourceOf('flask==3.0.3')), 'requirements.txt': REQUIREMENTS };
    const ref = await repository.commit({ files });
    return service.complete({ repo: repository.url, ref, pkg_managers: ['pip'], packages: { pip: [{ path: '.', ...configuration }] } });
  }

  /** What is in the bundle, on the pages of the registry, in the report. */
  async function filesOf(id: number): Promise<{ bundle: string[]; pages: string[] }> {
    const install = await PipInstall.prepare(service, id, 'pip');
    try {
      const entries = await readdir(join(install.bundle, 'deps/pip'), { recursive: true, withFileTypes: true });
      const bundle = entries.filter((entry) => entry.isFile() && entry.name !== 'links.html').map(({ name }) => name);
      return { bundle: bundle.sort(), pages: (await listed(id)).sort() };
    } finally {
      await install.remove();
    }
  }

  async function listed(id: number): Promise<string[]> {
    const response = await service.fetch(`/api/v1/requests/${id}/environment-variables`);
    const { PIP_INDEX_URL } = (await response.json()) as { PIP_INDEX_URL: { value: string } };
    const index = new URL(PIP_INDEX_URL.value);
    const headers = {
      authorization: `Basic ${btoa(`${index.username}:${index.password}`)}`,
      accept: 'application/vnd.pypi.simple.v1+json',
    };
    [index.username, index.password] = ['', ''];
    const pages = ['markupsafe', 'itsdangerous'].map(async (name) => {
      const page = (await (await fetch(`${index.href}/${name}/`, { headers })).json()) as { files: { filename: string }[] };
      return page.files.map(({ filename }) => filename);
    });
    return (await Promise.all(pages)).flat();
  }

  function wheels(pattern: RegExp): string[] {
    const found = ofPyPI.filter((name) => pattern.test(name));
    expect(found.length).toBeGreaterThan(0);
    return found;
  }

  it.each<[string, object, () => string[]]>([
    ['none are stored unless asked for', {}, () => SDISTS],
    ['all that fit are stored besides', { binary: {} }, () => [...SDISTS, ITSDANGEROUS, ...wheels(/-cp\d+-\w+-.*linux.*_x86_64/)]],
    ['the old word for it', { allow_binary: true }, () => [...SDISTS, ITSDANGEROUS, ...wheels(/-cp\d+-\w+-.*linux.*_x86_64/)]],
    ['of one Python', { binary: { py_version: 311 } }, () => [...SDISTS, ITSDANGEROUS, ...wheels(/-cp311-.*linux.*_x86_64/)]],
    [
      'of one platform',
      { binary: { platform: '^macosx_.*universal2$', packages: 'MarkupSafe' } },
      () => [SDISTS[1], ...wheels(/-cp\d+-\w+-macosx_\w*universal2/)],
    ],
    ['of one project and nothing else of it', { binary: { packages: 'itsdangerous', py_version: 311 } }, () => [SDISTS[0], ITSDANGEROUS]],
  ])('%s', async (_, configuration, expected) => {
    const { id, dependencies } = await post(configuration);
    const files = expected().sort();
    expect(await filesOf(id)).toEqual({ bundle: files, pages: files });
    const names = (dependencies as { name: string; version: string }[]).map(({ name, version }) => `${name} ${version}`);
    expect([...new Set(names)].sort()).toEqual(['MarkupSafe 2.1.5', 'itsdangerous 2.2.0']);
  });

  itInstalls('are installed where they are', async () => {
    const { id } = await post({ binary: {} });
    for (const mode of ['pip', 'uv', 'offline'] as const) {
      const install = await PipInstall.prepare(service, id, mode);
      try {
        await install.install(['--only-binary', ':all:', '-r', 'requirements.txt']);
        const program = 'import markupsafe, itsdangerous; print(markupsafe.escape("<"), itsdangerous.URLSafeSerializer("k").dumps(1))';
        expect(await install.python(program)).toMatch(/^&lt; MQ\./);
      } finally {
        await install.remove();
      }
    }
  });

  it('are refused where there are none', async () => {
    const repository = await git.createRepository('team/none.git');
    const files = { ...(await sourceOf('flask==3.0.3')), 'requirements.txt': hashed('markupsafe==2.1.5') };
    const ref = await repository.commit({ files });
    const packages = { pip: [{ binary: { packages: 'markupsafe', py_version: 27 } }] };
    const { id } = await service.create({ repo: repository.url, ref, pkg_managers: ['pip'], packages });
    const view = await service.finish(id);
    expect(view).toMatchObject({ state: 'failed', error_type: 'InvalidRequestData', state_reason: expect.stringMatching(/MarkupSafe|markupsafe/) });
  });
});
