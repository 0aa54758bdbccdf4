import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { unpackBundle, writeConfigurationFiles } from './support/bundles.js';
import { GitServer } from './support/git-server.js';
import { packed } from './support/npm-application.js';
import { cleanEnvironment, installTool, npmClient } from './support/npm-clients.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

/** A real Verdaccio on loopback: everything needs a login, nothing is fetched from elsewhere. */
class PrivateRegistry {
  private constructor(
    readonly url: string,
    readonly token: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(directory: string): Promise<PrivateRegistry> {
    const tool = await installTool('verdaccio@6.8.0', { 'node-fetch': '2.7.0' });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const configuration = {
      storage: join(directory, 'storage'),
      auth: { htpasswd: { file: join(directory, 'htpasswd') } },
      packages: { '**': { access: '$authenticated', publish: '$authenticated' } },
      log: { type: 'stdout', format: 'json', level: 'warn' },
      max_body_size: '100mb',
    };
    await writeFile(join(directory, 'verdaccio.yaml'), JSON.stringify(configuration));
    const bin = join(tool, 'node_modules/verdaccio/bin/verdaccio');
    const args = [bin, '--config', join(directory, 'verdaccio.yaml'), '--listen', `127.0.0.1:${port}`];
    const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, HOME: directory }, stdio: 'ignore' });
    await answering(`${url}/-/ping`, child);
    return new PrivateRegistry(url, await signUp(url), child);
  }

  async publish(manifest: { name: string; version: string } & Record<string, unknown>): Promise<string> {
    const content = await packed(manifest);
    const home = await mkdtemp(join(tmpdir(), 'publisher-'));
    try {
      await writeFile(join(home, 'package.tgz'), content);
      await writeFile(join(home, '.npmrc'), `${this.url.slice('http:'.length)}/:_authToken=${this.token}\n`);
      const env = { PATH: process.env.PATH, HOME: home };
      await execa('npm', ['publish', 'package.tgz', '--registry', `${this.url}/`], { cwd: home, env, extendEnv: false });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
    const path = `${encodeURIComponent(manifest.name)}/${manifest.version}`;
    const response = await fetch(`${this.url}/${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    const { dist } = (await response.json()) as { dist: { integrity: string } };
    return dist.integrity;
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  await until(() => fetch(url).then(({ ok }) => ok, () => child.exitCode !== null));
  if (child.exitCode !== null) throw new Error(`Verdaccio ended with ${child.exitCode}`);
}

async function signUp(url: string): Promise<string> {
  const response = await fetch(`${url}/-/user/org.couchdb.user:robot`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'robot', password: 'a-long-passphrase' }),
  });
  return ((await response.json()) as { token: string }).token;
}

/** Scoped packages of a company, on a registry that wants a token; the public registry is out of reach. */
describe('a private npm registry', () => {
  let scratch: string;
  let git: GitServer;
  let registry: PrivateRegistry;
  let service: Service;
  let lock: { packages: Record<string, object> };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-private-'));
    git = await GitServer.start();
    registry = await PrivateRegistry.start(scratch);
    const dial = await registry.publish({ name: '@acme/dial', version: '4.6.0', dependencies: { '@acme/knob': '^1.0.0' } });
    const knob = await registry.publish({ name: '@acme/knob', version: '1.2.3' });
    const upstreams = `npm:\n  - {url: "${registry.url}/", scopes: ["@acme"], token_file: token}\n  - url: public\n`;
    await writeFile(join(scratch, 'upstreams.yaml'), upstreams);
    await writeFile(join(scratch, 'token'), `${registry.token}\n`);
    const root = { name: 'console', version: '1.0.0', dependencies: { '@acme/dial': '^4.0.0' } };
    lock = {
      packages: {
        '': root,
        'node_modules/@acme/dial': {
          version: '4.6.0',
          resolved: `${registry.url}/@acme/dial/-/dial-4.6.0.tgz`,
          integrity: dial,
          dependencies: { '@acme/knob': '^1.0.0' },
        },
        'node_modules/@acme/knob': {
          version: '1.2.3',
          resolved: `${registry.url}/@acme/knob/-/knob-1.2.3.tgz`,
          integrity: knob,
        },
      },
    };
    // The addresses of the public registry are refused here or not there: nobody may ask it.
    service = await Service.start({ CACHITO_UPSTREAMS_FILE: join(scratch, 'upstreams.yaml') });
  });
  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), registry?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  async function post(packages: Record<string, object>): Promise<number> {
    const root = { name: 'console', version: '1.0.0', dependencies: { '@acme/dial': '^4.0.0' } };
    const repository = await git.createRepository(`team/console-${git.requests.length}.git`);
    const ref = await repository.commit({
      files: {
        'package.json': JSON.stringify(root),
        'package-lock.json': JSON.stringify({ ...root, dependencies: undefined, lockfileVersion: 3, packages }),
        'index.js': 'console.log(require("@acme/dial"))',
      },
    });
    return (await service.create({ repo: repository.url, ref, pkg_managers: ['npm'] })).id;
  }

  it('serves a request with its token, which shows up nowhere', async () => {
    const id = await post(lock.packages);
    expect(await service.finish(id)).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
    const directory = await unpackBundle(service, id, scratch);
    await writeConfigurationFiles(service, id, directory);
    const secrets = [registry.token, Buffer.from(registry.token).toString('base64')];
    const texts = new Map(await answers(id));
    for (const [path, content] of await filesBelow(directory)) texts.set(path, content);
    texts.set('log of the service', service.log);
    for (const [where, text] of texts) {
      for (const secret of secrets) expect([where, text.includes(secret)]).toEqual([where, false]);
    }
    expect(texts.get('sbom?format=cyclonedx-1.6')).toContain('%40acme/dial');
    const [command, ...args] = await npmClient('npm', '11');
    const home = await mkdtemp(join(scratch, 'home-'));
    const options = { cwd: join(directory, 'app'), env: cleanEnvironment(home), extendEnv: false };
    await execa(command, [...args, 'ci'], options);
    expect((await execa('node', ['index.js'], options)).stdout).toBe('@acme/dial');
  });

  it('refuses to look a scope up anywhere else', async () => {
    const packages = { ...lock.packages, 'node_modules/@acme/unknown': { version: '1.0.0' } };
    const view = await service.finish(await post(packages));
    expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
    expect(view.state_reason).toContain('@acme/unknown');
    expect(view.state_reason).toContain('404');
  });

  it('says that credentials are missing, and stores no login page', async () => {
    const upstreams = join(scratch, 'no-token.yaml');
    await writeFile(upstreams, `npm: [{url: "${registry.url}/", scopes: ["@acme"]}]\n`);
    const other = await Service.start({ CACHITO_UPSTREAMS_FILE: upstreams });
    try {
      const { repo, ref } = await service.show(1);
      const view = await other.finish((await other.create({ repo, ref, pkg_managers: ['npm'] })).id);
      expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
      expect(view.state_reason).toMatch(/@acme\/(?:dial|knob).*401.*CACHITO_UPSTREAMS_FILE/s);
    } finally {
      await other.close();
    }
  });

  /** Everything that the API says about a request. */
  async function answers(id: number): Promise<[string, string][]> {
    const paths = ['', '/logs', '/packages', '/configuration-files', '/environment-variables', '/content-manifest'];
    const more = ['/sbom?format=cyclonedx-1.6', '/sbom?format=spdx-2.3', '/provenance'];
    return Promise.all(
      [...paths, ...more].map(async (path): Promise<[string, string]> => {
        const response = await service.fetch(`/api/v1/requests/${id}${path}`);
        expect([path, response.status]).toEqual([path, 200]);
        return [path.slice(1), await response.text()];
      }),
    );
  }
});

/** Every file, unpacked where it is an archive. */
async function filesBelow(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path): Promise<[string, string]> => {
      const content = await readFile(path);
      return [path, (path.endsWith('.tgz') ? gunzipSync(content) : content).toString('latin1')];
    }),
  );
}
