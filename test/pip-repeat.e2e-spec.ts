import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { madeSdist, madeWheel, metadata, sha256 } from './support/pip-made.js';
import { type PipSituation, PipSituations, WHO } from './support/pip-situation.js';
import type { RequestView } from './support/service.js';

const NAMES = Array.from({ length: 12 }, (_, at) => `part${at}`);

describe('requests for the same Python project', () => {
  let situations: PipSituations;
  let situation: PipSituation;
  let source: { repo: string; ref: string };
  let view: RequestView;

  beforeAll(async () => {
    situations = await PipSituations.start();
    for (const name of NAMES) {
      const [content, wheel] = [await madeSdist(name, '1.0'), await madeWheel(name, '1.0')];
      const announced = { metadata: metadata(name, '1.0'), requiresPython: '>=3.6' };
      situations.index.add(
        name,
        { name: `${name}-1.0.tar.gz`, content },
        { name: `${name}-1.0-py3-none-any.whl`, content: wheel, ...announced },
      );
    }
    const repository = await situations.git.createRepository('team/tern.git');
    const commit = await repository.commit({ files: { 'setup.py': '' } });
    const eel = await madeSdist('eel', '1.0');
    situations.files.files.set('/eel-1.0.tar.gz', eel);
    const more = [
      `tern @ git+${repository.url}@${commit}`,
      `eel @ ${situations.files.url}/eel-1.0.tar.gz#sha256=${sha256(eel)}`,
    ];
    situation = {
      files: { ...WHO, 'requirements.txt': [...NAMES.map((name) => `${name}==1.0`), ...more].join('\n') },
      packages: [{ binary: { packages: 'part3,part4' } }],
    };
    source = await situations.commit(situation);
  });

  afterAll(() => situations?.stop());

  it('fetch every page and file once', async () => {
    view = await situations.process(situation, source);
    expect(view).toMatchObject({ state: 'complete' });
    const file = (name: string): string => (['part3', 'part4'].includes(name) ? 'py3-none-any.whl' : 'tar.gz');
    const pages = NAMES.map((name) => `GET /simple/${name}/`);
    const files = NAMES.map((name) => `GET /files/${name}/${name}-1.0${file(name) === 'tar.gz' ? '.' : '-'}${file(name)}`);
    expect(situations.index.requests.toSorted()).toEqual([...pages, ...files].sort());
  });

  it('ask for what is new with another commit, and for nothing else', async () => {
    situations.index.add('added', { name: 'added-2.0.zip', content: await madeSdist('added', '2.0', { kind: 'zip' }) });
    situations.index.add('part0', { name: 'part0-1.1.tar.gz', content: await madeSdist('part0', '1.1') });
    const before = situations.index.requests.length;
    const requirements = String(situation.files['requirements.txt']).replace('part0==1.0', 'part0==1.1\nadded==2.0');
    const again = await situations.process({ ...situation, files: { ...situation.files, 'requirements.txt': requirements } });
    expect(again).toMatchObject({ state: 'complete' });
    const wanted = ['/files/added/added-2.0.zip', '/files/part0/part0-1.1.tar.gz', '/simple/added/', '/simple/part0/'];
    expect(situations.index.requests.slice(before).sort()).toEqual(wanted.map((path) => `GET ${path}`));
  });

  it('ask the index again when they are resubmitted, and fetch no file', async () => {
    const before = situations.index.requests.length;
    const response = await situations.service.fetch(`/api/v1/requests/${view.id}/resubmit`, { method: 'POST' });
    const again = await situations.service.finish(((await response.json()) as RequestView).id);
    expect(again).toMatchObject({ state: 'complete', dependencies: view.dependencies });
    const pages = NAMES.map((name) => `GET /simple/${name}/`);
    expect(situations.index.requests.slice(before).sort()).toEqual(pages.sort());
  });

  it('fetch nothing when they are repeated, also when everything else is gone', async () => {
    const traffic = (): number[] => [situations.index.requests.length, situations.git.fetches, situations.files.requests.length];
    const before = traffic();
    const repeated = await situations.process(situation, source);
    expect(traffic()).toEqual(before);
    await Promise.all([situations.index.stop(), situations.git.close(), situations.files.stop()]);
    const alone = await situations.process(situation, source);
    for (const each of [repeated, alone]) {
      expect(each).toMatchObject({ state: 'complete', packages: view.packages, dependencies: view.dependencies });
    }
    const digests = await Promise.all([view, repeated, alone].map(({ id }) => digest(id)));
    expect(new Set(digests).size).toBe(1);
  });

  it('are posted again without any network', async () => {
    const response = await situations.service.fetch(`/api/v1/requests/${view.id}/resubmit`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"offline": true}',
    });
    const again = await situations.service.finish(((await response.json()) as RequestView).id);
    expect(again).toMatchObject({ state: 'complete', packages: view.packages, dependencies: view.dependencies });
    expect(await digest(again.id)).toBe(await digest(view.id));
  });

  async function digest(id: number): Promise<string | null> {
    return (await situations.service.download(id)).response.headers.get('digest');
  }
});
