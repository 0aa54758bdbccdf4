import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { goCode, goMod, goSum, madeModule } from './support/go-made-modules.js';
import { GoSituations } from './support/go-situation.js';
import type { GitRepository } from './support/git-server.js';
import type { RequestView } from './support/service.js';
import { itWithTool } from './support/tools.js';

const MODULES = Array.from({ length: 20 }, (_, at) => madeModule(`test.example/part${at}`, 'v1.0.0'));
const NEWER = madeModule('test.example/part7', 'v1.1.0');
const ADDED = madeModule('test.example/added', 'v0.1.0');

function application(modules: readonly typeof NEWER[]): Record<string, string> {
  return {
    'go.mod': goMod('acme.example/app', { requires: modules.map(({ path, version }) => `${path} ${version}`) }),
    'go.sum': goSum(...modules),
    'main.go': goCode('main', modules.map(({ path }) => path)),
  };
}

describe('requests for the same Go module', () => {
  let situations: GoSituations;
  let repository: GitRepository;
  let view: RequestView;

  beforeAll(async () => {
    situations = await GoSituations.start([...MODULES, NEWER, ADDED]);
  });

  afterAll(() => situations?.stop());

  itWithTool('go', 'fetch every file once', async () => {
    const files = application(MODULES);
    const committed = await situations.commit({ files });
    repository = committed.repository;
    view = await situations.process({ files }, committed);
    expect(view).toMatchObject({ state: 'complete' });
    const wanted = MODULES.flatMap(({ path }) => ['info', 'mod', 'zip'].map((kind) => `/${path}/@v/v1.0.0.${kind}`));
    expect(moduleFiles(situations.proxy.requests)).toEqual(wanted.sort());
  });

  itWithTool('go', 'fetch only what is new with another commit', async () => {
    const files = application([...MODULES.filter(({ path }) => path !== NEWER.path), NEWER, ADDED]);
    const before = situations.proxy.requests.length;
    const committed = await situations.commit({ files }, repository);
    expect(await situations.process({ files }, committed)).toMatchObject({ state: 'complete' });
    const wanted = [NEWER, ADDED].flatMap(({ path, version }) => ['info', 'mod', 'zip'].map((kind) => `/${path}/@v/${version}.${kind}`));
    expect(moduleFiles(situations.proxy.requests.slice(before))).toEqual(wanted.sort());
  });

  itWithTool('go', 'fetch nothing with another commit that needs the same', async () => {
    const files = { ...application(MODULES), 'more.go': goCode('main').replace('func main() {}', '') };
    const before = situations.proxy.requests.length;
    const again = await situations.process({ files }, await situations.commit({ files }, repository));
    expect(again).toMatchObject({ state: 'complete' });
    expect(situations.proxy.requests.slice(before)).toEqual([]);
  });

  itWithTool('go', 'fetch nothing when they are repeated, also when everything else is gone', async () => {
    const before = [situations.proxy.requests.length, situations.git.fetches];
    const request = { repo: view.repo, ref: view.ref, pkg_managers: ['gomod'] };
    const repeated = await situations.service.complete(request);
    expect([situations.proxy.requests.length, situations.git.fetches]).toEqual(before);
    await Promise.all([situations.proxy.stop(), situations.git.close()]);
    const offline = await situations.service.complete(request);
    for (const each of [repeated, offline]) {
      expect(each).toMatchObject({ packages: view.packages, dependencies: view.dependencies });
    }
    const digests = await Promise.all([view, repeated, offline].map(({ id }) => digest(id)));
    expect(new Set(digests).size).toBe(1);
  });

  itWithTool('go', 'are posted again without any network', async () => {
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

/** Without lists of versions, which change. */
function moduleFiles(requests: readonly string[]): string[] {
  return requests.filter((path) => !path.endsWith('/list')).sort();
}
