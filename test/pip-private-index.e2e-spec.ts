import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unpackBundle, writeConfigurationFiles } from './support/bundles.js';
import { GitServer } from './support/git-server.js';
import { PipIndex } from './support/pip-index.js';
import { itInstalls, PipInstall } from './support/pip-install.js';
import { madeSdist } from './support/pip-made.js';
import { reported, WHO } from './support/pip-situation.js';
import { type RequestView, Service } from './support/service.js';

const TOKEN = 'pypi-3cret-T0ken';

/** Projects of a company, on an index that wants a token for pages and for files, before another one for all. */
describe('a private Python index', () => {
  let scratch: string;
  let git: GitServer;
  let company: PipIndex;
  let team: PipIndex;
  let common: PipIndex;
  let service: Service;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'pip-private-'));
    git = await GitServer.start();
    company = await PipIndex.start({ credentials: { username: '__token__', password: TOKEN }, path: '/repository/pypi/simple/' });
    team = await PipIndex.start();
    common = await PipIndex.start({ old: true });
    company.add('acme-dial', { name: 'acme_dial-4.6.tar.gz', content: await madeSdist('acme_dial', '4.6') });
    company.add('knob', { name: 'knob-1.0.tar.gz', content: await madeSdist('knob', '1.0') });
    team.add('kite', { name: 'kite-9.9.tar.gz', content: await madeSdist('kite', '9.9') });
    for (const index of [common, team]) index.add('owl', { name: 'owl-1.0.tar.gz', content: await madeSdist('owl', '1.0') });
    common.add('kite', { name: 'kite-1.0.tar.gz', content: await madeSdist('kite', '1.0') });
    common.add('gull', { name: 'gull-1.0.tar.gz', content: await madeSdist('gull', '1.0') });
    common.add('acme-unknown', { name: 'acme-unknown-1.0.tar.gz', content: await madeSdist('acme-unknown', '1.0') });
    await writeFile(join(scratch, 'token'), `${TOKEN}\n`);
    const pip = [
      { url: company.url, scopes: ['acme-*', 'Knob'], token_file: 'token' },
      { url: team.url, fallback: 'next' },
      { url: common.url },
    ];
    await writeFile(join(scratch, 'upstreams.yaml'), JSON.stringify({ pip }));
    service = await Service.start({ CACHITO_UPSTREAMS_FILE: join(scratch, 'upstreams.yaml') });
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), company?.stop(), team?.stop(), common?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  async function post(lines: string[], to: Service = service): Promise<RequestView> {
    const repository = await git.createRepository(`team/console-${git.requests.length}.git`);
    const ref = await repository.commit({ files: { ...WHO, 'requirements.txt': lines.join('\n') } });
    return to.finish((await to.create({ repo: repository.url, ref, pkg_managers: ['pip'] })).id);
  }

  it('serves a request with its token, which shows up nowhere', async () => {
    const view = await post(['Acme.Dial==4.6', 'knob==1.0', 'gull==1.0']);
    expect(view).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
    expect(reported(view).dependencies).toEqual(['acme_dial 4.6', 'gull 1.0', 'knob 1.0']);
    expect(company.authorizations.filter((each) => each === undefined)).toEqual([]);
    expect(company.requests).toContain('GET /repository/pypi/files/knob/knob-1.0.tar.gz');
    for (const other of [team, common]) expect(other.authorizations.filter((each) => each !== undefined)).toEqual([]);
    const directory = await unpackBundle(service, view.id, scratch);
    const files = await writeConfigurationFiles(service, view.id, directory);
    const texts = [...(await answers(view.id)), ...Object.values(files), service.log];
    for (const secret of [TOKEN, btoa(`__token__:${TOKEN}`)]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  it('is the only one that is asked for its names', async () => {
    const view = await post(['acme-unknown==1.0']);
    expect(view).toMatchObject({ state: 'failed', error_type: 'InvalidRequestData' });
    expect(view.state_reason).toContain('acme-unknown');
    for (const name of ['acme-dial', 'acme-unknown', 'knob']) {
      expect([name, team.asked(name), common.asked(name)]).toEqual([name, [], []]);
    }
    expect(company.asked('gull')).toEqual([]);
  });

  it('gives way to the next one only for projects that it does not have', async () => {
    expect(reported(await post(['owl==1.0', 'gull==1.0'])).dependencies).toEqual(['gull 1.0', 'owl 1.0']);
    expect(common.asked('owl')).toEqual([]);
    // An index that has the project decides, so that nobody can slip a version in from the next one.
    const view = await post(['kite==1.0']);
    expect(view).toMatchObject({ state: 'failed', error_type: 'InvalidRequestData', state_reason: expect.stringContaining('9.9') });
    expect(common.asked('kite')).toEqual([]);
  });

  it('says that credentials are missing', async () => {
    const upstreams = join(scratch, 'no-token.yaml');
    await writeFile(upstreams, JSON.stringify({ pip: [{ url: company.url }] }));
    const other = await Service.start({ CACHITO_UPSTREAMS_FILE: upstreams });
    try {
      const view = await post(['knob==1.0'], other);
      expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
      expect(view.state_reason).toMatch(/knob.*401.*CACHITO_UPSTREAMS_FILE/s);
    } finally {
      await other.close();
    }
  });

  itInstalls('is not needed for what was archived', async () => {
    const { id } = await post(['acme-dial==4.6', 'knob==1.0']);
    for (const mode of ['pip', 'uv', 'offline'] as const) {
      const install = await PipInstall.prepare(service, id, mode);
      try {
        await install.install(['-r', 'requirements.txt']);
        expect(await install.installed()).toEqual(['acme_dial==4.6', 'knob==1.0']);
        await expect(install.install(['gull==1.0'])).rejects.toThrow(/gull/);
      } finally {
        await install.remove();
      }
    }
  });

  /** Everything that the API says about a request. */
  async function answers(id: number): Promise<string[]> {
    const paths = ['', '/logs', '/packages', '/configuration-files', '/environment-variables', '/content-manifest'];
    const more = ['/sbom?format=cyclonedx-1.6', '/sbom?format=spdx-2.3', '/provenance', '/build-requirements'];
    return Promise.all(
      [...paths, ...more].map(async (path) => {
        const response = await service.fetch(`/api/v1/requests/${id}${path}`);
        expect([path, response.status]).toEqual([path, 200]);
        return response.text();
      }),
    );
  }
});
