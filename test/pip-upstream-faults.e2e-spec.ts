import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificate, serveTls } from '../src/download/__fixtures__/servers.js';
import type { IndexFault, IndexFile } from './support/pip-index.js';
import { madeSdist, sha256 } from './support/pip-made.js';
import { PipSituations, requiring } from './support/pip-situation.js';

const HTML = { 'content-type': 'text/html' };

/** A package index that misbehaves, and requirements files that are wrong about it. */
describe('Python upstreams that misbehave', () => {
  let situations: PipSituations;
  let names = 0;

  beforeAll(async () => {
    situations = await PipSituations.start();
  });
  afterAll(() => situations?.stop());
  beforeEach(() => {
    situations.index.fault = () => undefined;
  });

  interface Published {
    name: string;
    page: string;
    file: string;
    content: Buffer;
    sha256: string;
  }

  /** Puts a new project of some hundred kilobytes on the index. */
  async function publish(file: Partial<IndexFile> = {}): Promise<Published> {
    const name = `kite${++names}`;
    const noise = Array.from({ length: 4000 }, (_, at) => createHash('sha256').update(`${name}${at}`).digest('hex'));
    const content = await madeSdist(name, '1.0', { files: { noise: noise.join('\n') } });
    situations.index.add(name, { name: `${name}-1.0.tar.gz`, content, ...file });
    return { name, page: `/simple/${name}/`, file: `/files/${name}/${name}-1.0.tar.gz`, content, sha256: sha256(content) };
  }

  function requests(path: string): number {
    return situations.index.requests.filter((line) => line === `GET ${path}`).length;
  }

  it.each<[string, IndexFault[]]>([
    ['cuts files short, twice', [{ cutAfter: 1000 }, { cutAfter: 100_000 }]],
    ['announces more than it sends', [{ announce: 10_000_000 }]],
    ['sends 429 and says when', [{ status: 429, headers: { 'retry-after': '1' } }]],
    ['sends 503 and 500', [{ status: 503 }, { status: 500 }]],
  ])('survives one that %s', async (_name, faults) => {
    const kite = await publish();
    situations.index.fault = (path, count) => (path === kite.file ? faults[count - 1] : undefined);
    await situations.expectSuccess(requiring(`${kite.name}==1.0`), { dependencies: [`${kite.name} 1.0`] });
    expect(requests(kite.file)).toBe(faults.length + 1);
  });

  it('survives pages that fail for a while', async () => {
    const kite = await publish();
    situations.index.fault = (path, count) => (path === kite.page && count < 3 ? { status: 502 } : undefined);
    await situations.expectSuccess(requiring(`${kite.name}==1.0`), { dependencies: [`${kite.name} 1.0`] });
    expect(requests(kite.page)).toBe(3);
  });

  it.each<[string, 'page' | 'file', IndexFault, string, RegExp]>([
    ['no file', 'file', { status: 404 }, 'NetworkError', /404/],
    ['nobody a file', 'file', { status: 403 }, 'NetworkError', /403/],
    ['files that always end early', 'file', { cutAfter: 1000 }, 'NetworkError', /./],
    ['files that are longer than announced', 'file', { announce: 1000 }, 'InvalidChecksum', /./],
    ['files that are always shorter than announced', 'file', { announce: 10_000_000 }, 'NetworkError', /./],
    ['a login page for a file', 'file', { status: 200, headers: HTML, body: '<html>Log in</html>' }, 'NetworkError', /web page/],
    ['nobody a page', 'page', { status: 401 }, 'NetworkError', /401[^]*CACHITO_UPSTREAMS_FILE/],
    ['an endless failure', 'page', { status: 500 }, 'NetworkError', /500/],
    ['no page', 'page', { status: 404 }, 'InvalidRequestData', /no package index has/],
    ['a login page for a page', 'page', { status: 200, headers: HTML, body: '<html>Log in</html>' }, 'InvalidRequestData', /./],
    [
      'JSON that is none',
      'page',
      { status: 200, headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' }, body: '{"files": [' },
      'NetworkError',
      /./,
    ],
    ['something else', 'page', { status: 200, headers: { 'content-type': 'application/pdf' }, body: '%PDF' }, 'NetworkError', /./],
  ])('fails for one that serves %s, and stores nothing', async (_name, what, fault, type, message) => {
    const kite = await publish();
    situations.index.fault = (path) => (path === kite[what] ? fault : undefined);
    const view = await situations.expectFailure(requiring(`${kite.name}==1.0`), type, message);
    expect(view.state_reason).toContain(kite.name);
    expect(view.error_origin).toBe(type === 'NetworkError' ? 'server' : 'client');
    situations.index.fault = () => undefined;
    await situations.expectSuccess(requiring(`${kite.name}==1.0`), { dependencies: [`${kite.name} 1.0`] });
  });

  it.each<[string, Partial<IndexFile>, string, RegExp]>([
    ['a digest of other bytes', { digest: sha256('other') }, 'InvalidChecksum', /./],
    ['a digest that leads elsewhere', { digest: '../../../../etc/passwd' }, 'InvalidRequestData', /checksum/],
    ['a digest of a wrong length', { digest: 'abc' }, 'InvalidRequestData', /checksum/],
    ['an address of another kind', { address: 'file:///etc/passwd' }, 'InvalidRequestData', /address/],
    ['an address in a network that nobody may reach', { address: 'http://10.255.255.1/k-1.0.tar.gz' }, 'NetworkError', /./],
    ['an address without answer', { address: 'http://127.0.0.1:9/k-1.0.tar.gz' }, 'NetworkError', /./],
  ])('fails for one that tells %s, and stores nothing', async (_name, file, type, message) => {
    const kite = await publish(file);
    await situations.expectFailure(requiring(`${kite.name}==1.0`), type, message);
  });

  it.each(['../../../kite-1.0.tar.gz', '..%2f..%2fkite-1.0.tar.gz', 'kite-1.0/../../x.tar.gz', 'kite-1.0\u0000.tar.gz', '<b>-1.0.tar.gz'])(
    'does not take a file with the name %j',
    async (hostile) => {
      const name = `wren${++names}`;
      const content = await madeSdist(name, '1.0');
      situations.index.add(name, { name: hostile.replace('kite', name), content, address: '/files/x.tar.gz' });
      const view = await situations.expectFailure(requiring(`${name}==1.0`), 'InvalidRequestData', new RegExp(name));
      expect(view.state_reason).not.toContain('<b>');
    },
  );

  it('fails a request whose hashes are others than those of the index', async () => {
    const kite = await publish();
    const line = `${kite.name}==1.0 --hash=sha256:${sha256('other')}`;
    await situations.expectFailure(requiring(line), 'InvalidChecksum', new RegExp(kite.name));
    expect(requests(kite.file)).toBe(0);
  });

  it('fails a request whose hashes the index does not tell and the file does not have', async () => {
    const kite = await publish({ digest: null });
    const wrong = requiring(`${kite.name}==1.0 --hash=sha256:${sha256('other')}`);
    await situations.expectFailure(wrong, 'InvalidChecksum', new RegExp(kite.name));
    const right = requiring(`${kite.name}==1.0 --hash=sha256:${sha256('other')} --hash=sha256:${kite.sha256}`);
    await situations.expectSuccess(right, { dependencies: [`${kite.name} 1.0`] });
  });

  it('fails when what is stored is not what the file says, and keeps what is stored', async () => {
    const kite = await publish();
    await situations.expectSuccess(requiring(`${kite.name}==1.0`), { dependencies: [`${kite.name} 1.0`] });
    const wrong = requiring(`${kite.name}==1.0 --hash=sha256:${sha256('other')}`);
    await situations.expectFailure(wrong, 'InvalidChecksum', new RegExp(kite.name));
    const fetched = requests(kite.file);
    await situations.expectSuccess(requiring(`${kite.name}==1.0`), { dependencies: [`${kite.name} 1.0`] });
    expect(requests(kite.file)).toBe(fetched);
  });

  it.each<[string, string, RegExp]>([
    ['other bytes', 'InvalidChecksum', /eel/],
    ['nothing', 'NetworkError', /404/],
  ])('fails when an address has %s', async (what, type, reason) => {
    const path = `/pool/eel-${++names}.tar.gz`;
    if (what === 'other bytes') situations.files.files.set(path, await madeSdist('eel', '1.0'));
    const line = `eel @ ${situations.files.url}${path} --hash=sha256:${sha256('other')}`;
    await situations.expectFailure(requiring(line), type, reason);
  });

  it('takes any certificate only where a file says so', async () => {
    const content = await madeSdist('eel', '1.0');
    const server = await serveTls(makeCertificate('IP:127.0.0.1'), (_, response) => response.end(content));
    try {
      const line = `eel @ ${server.url}/eel-1.0.tar.gz --hash=sha256:${sha256(content)}`;
      await situations.expectFailure(requiring(line), 'NetworkError', /CERT/);
      await situations.expectFailure(requiring('--trusted-host 127.0.0.1:1', line), 'NetworkError', /CERT/);
      const dependencies = [`eel ${server.url}/eel-1.0.tar.gz#cachito_hash=sha256:${sha256(content)}`];
      await situations.expectSuccess(requiring(`--trusted-host 127.0.0.1:${server.port}`, line), { dependencies });
      const other = await serveTls(makeCertificate('IP:127.0.0.1'), (_, response) => response.end(content));
      const elsewhere = line.replace(server.url, other.url);
      const again = [`eel ${other.url}/eel-1.0.tar.gz#cachito_hash=sha256:${sha256(content)}`];
      await situations.expectSuccess(requiring('--trusted-host 127.0.0.1', elsewhere), { dependencies: again });
      await other.close();
    } finally {
      await server.close();
    }
  });

  it('says which index cannot be reached', async () => {
    const kite = await publish();
    const other = await PipSituations.start();
    try {
      await other.index.stop();
      const view = await other.process(requiring(`${kite.name}==1.0`));
      expect(view).toMatchObject({ state: 'failed', error_type: 'NetworkError', error_origin: 'server' });
      expect(view.state_reason).toContain('127.0.0.1');
    } finally {
      await other.stop();
    }
  });
});
