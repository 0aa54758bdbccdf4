import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { FileServer, type FileFault } from './support/file-server.js';
import { GitServer } from './support/git-server.js';
import { packed } from './support/npm-application.js';
import { type RequestView, Service } from './support/service.js';

interface LockedPackage {
  name: string;
  version: string;
  integrity?: string;
}

/** A registry that misbehaves, and lock files that are wrong about it. */
describe('npm upstreams that misbehave', () => {
  let scratch: string;
  let git: GitServer;
  let registry: FileServer;
  let service: Service;
  let names = 0;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-faults-'));
    [git, registry] = await Promise.all([GitServer.start(), FileServer.start()]);
    const upstreams = join(scratch, 'upstreams.yaml');
    await writeFile(upstreams, `npm: [{url: "${registry.url}/"}]\n`);
    service = await Service.start({ CACHITO_UPSTREAMS_FILE: upstreams, CACHITO_DOWNLOAD_TIMEOUT: '3' });
  });
  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), registry?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });
  beforeEach(() => {
    registry.fault = () => undefined;
  });

  /** Publishes a new package of some hundred kilobytes on the registry. */
  async function publish(): Promise<Required<LockedPackage> & { path: string }> {
    const name = `kite-${++names}`;
    const noise = Array.from({ length: 4000 }, (_, at) => createHash('sha256').update(`${name}${at}`).digest('hex'));
    const content = await packed({ name, version: '1.0.0' }, { 'index.js': '', 'noise.txt': noise.join('\n') });
    const path = `/${name}/-/${name}-1.0.0.tgz`;
    registry.files.set(path, content);
    return { name, version: '1.0.0', integrity: sri(content), path };
  }

  async function request(packages: LockedPackage[]): Promise<RequestView> {
    const repository = await git.createRepository(`team/app-${++names}.git`);
    const locked = packages.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }]);
    const root = { name: 'app', version: '1.0.0' };
    const lock = { ...root, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(locked) } };
    const ref = await repository.commit({
      files: { 'package.json': JSON.stringify(root), 'package-lock.json': JSON.stringify(lock) },
    });
    return service.finish((await service.create({ repo: repository.url, ref, pkg_managers: ['npm'] })).id);
  }

  it.each<[string, FileFault[]]>([
    ['cuts bodies short, twice', [{ cutAfter: 1000 }, { cutAfter: 100_000 }]],
    ['sends 429 and says when', [{ status: 429, headers: { 'retry-after': '1' } }]],
    ['sends 429 without a time', [{ status: 429 }]],
    ['sends 503 and 500', [{ status: 503 }, { status: 500 }]],
    ['sends 408', [{ status: 408 }]],
    ['stalls in the middle', [{ stallAfter: 1000 }]],
    ['says nothing at all', [{ stallAfter: 0 }]],
  ])('survives one that %s', async (_name, faults) => {
    const kite = await publish();
    registry.fault = (path, count) => (path === kite.path ? faults[count - 1] : undefined);
    expect(await request([kite])).toMatchObject({ state: 'complete' });
    expect(registry.requests.filter((path) => path === kite.path)).toHaveLength(faults.length + 1);
  });

  it.each<[string, FileFault, string, RegExp]>([
    ['a login page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' }, 'NetworkError', /web page/],
    ['a login page that lies about its type', { status: 200, body: '<!DOCTYPE html><title>Log in' }, 'NetworkError', /web page/],
    ['nobody without credentials', { status: 401 }, 'NetworkError', /401[^]*CACHITO_UPSTREAMS_FILE/],
    ['nobody', { status: 403 }, 'NetworkError', /403/],
    ['no such package', { status: 404 }, 'NetworkError', /404/],
    ['an endless failure', { status: 500 }, 'NetworkError', /500/],
    ['something encoded', { status: 200, headers: { 'content-encoding': 'gzip' }, body: 'x' }, 'NetworkError', /./],
  ])('fails for one that serves %s, and stores nothing', async (_name, fault, errorType, message) => {
    const kite = await publish();
    const before = await blobs(service);
    registry.fault = () => fault;
    const view = await request([kite]);
    expect(view).toMatchObject({ state: 'failed', error_type: errorType, error_origin: 'server' });
    expect(view.state_reason).toContain(kite.name);
    expect(view.state_reason).toMatch(message);
    expect((await blobs(service)).filter((name) => !before.includes(name)).length).toBeLessThanOrEqual(SOURCE_BLOBS);
  });

  it('fails a request whose lock file has another digest, names the package, and keeps nothing of it', async () => {
    const [kite, other] = [await publish(), await publish()];
    const before = await blobs(service);
    const view = await request([{ ...kite, integrity: other.integrity }]);
    expect(view).toMatchObject({ state: 'failed', error_type: 'InvalidChecksum', error_origin: 'client' });
    expect(view.state_reason).toContain(`${kite.name} 1.0.0`);
    expect((await blobs(service)).filter((name) => !before.includes(name)).length).toBeLessThanOrEqual(SOURCE_BLOBS);
    expect(await request([kite])).toMatchObject({ state: 'complete' });
  });

  it('fails when what is stored is not what the lock file says, and keeps what is stored', async () => {
    const [kite, other] = [await publish(), await publish()];
    expect(await request([kite])).toMatchObject({ state: 'complete' });
    expect(await request([{ ...kite, integrity: other.integrity }])).toMatchObject({ error_type: 'InvalidChecksum' });
    const fetched = registry.requests.length;
    expect(await request([kite])).toMatchObject({ state: 'complete' });
    expect(registry.requests).toHaveLength(fetched);
  });

  it('checks a package without digest against what the registry says of it', async () => {
    const kite = await publish();
    const { name, version } = kite;
    registry.files.set(`/${name}/${version}`, Buffer.from(JSON.stringify({ name, version, dist: { integrity: sri(Buffer.from('x')) } })));
    expect(await request([{ name, version }])).toMatchObject({ state: 'failed', error_type: 'InvalidChecksum' });
    registry.files.set(`/${name}/${version}`, Buffer.from(JSON.stringify({ name, version, dist: { integrity: kite.integrity } })));
    expect(await request([{ name, version }])).toMatchObject({ state: 'complete' });
  });
});

/** The segments and the index of a small source. */
const SOURCE_BLOBS = 4;

function sri(content: Buffer): string {
  return `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

/** Names of all files in the store. */
async function blobs(service: Service): Promise<string[]> {
  const entries = await readdir(join(service.dataDirectory, 'sources'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
