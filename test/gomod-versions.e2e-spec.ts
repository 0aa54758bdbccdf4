import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { goMod } from './support/go-made-modules.js';
import { GoVersions } from './support/go-versions.js';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';
import { itWithTool } from './support/tools.js';

/** A module in a repository with a history of tags; what its version is, the real `go` says. */
interface Tagged {
  name: string;
  /** Module path of the repository's root, and of the module. */
  root: string;
  module?: string;
  directory?: string;
  /** On the commit, on the two before it, on the one after it, on another branch. */
  tags?: string[];
  parent?: string[];
  grandparent?: string[];
  later?: string[];
  elsewhere?: string[];
}

const ROOT = 'go.example.org/kit';

const CASES: Tagged[] = [
  { name: 'no tags', root: ROOT },
  { name: 'no tags and a major version', root: ROOT, module: `${ROOT}/v3` },
  { name: 'several tags on it', root: ROOT, tags: ['v1.2.3', 'v1.10.0', 'v0.99.0', 'v1.10.0-rc.1'] },
  { name: 'pre-releases on it', root: ROOT, tags: ['v1.0.0-rc.9', 'v1.0.0-rc.10', 'v1.0.0-beta'] },
  { name: 'a lower tag on it than before it', root: ROOT, tags: ['v1.0.1'], parent: ['v1.5.0'] },
  { name: 'tags before it', root: ROOT, parent: ['v1.2.3'], grandparent: ['v1.3.0', 'v0.4.0'] },
  { name: 'a pre-release before it', root: ROOT, parent: ['v1.3.0-rc.1', 'v1.2.9'] },
  { name: 'only version 0 before it', root: ROOT, parent: ['v0.4.1'] },
  { name: 'version 0 on it, version 1 before it', root: ROOT, tags: ['v0.9.0'], parent: ['v1.0.0'] },
  {
    name: 'tags after it and on another branch',
    root: ROOT,
    later: ['v1.9.0'],
    elsewhere: ['v1.8.0'],
    grandparent: ['v1.1.0'],
  },
  { name: 'tags of another major version', root: ROOT, tags: ['v2.0.0'], parent: ['v1.0.0', 'v2.1.0'] },
  {
    name: 'a major version, with tags of others',
    root: ROOT,
    module: `${ROOT}/v2`,
    tags: ['v1.9.0', 'v2.2.0', 'v3.0.0'],
  },
  {
    name: 'a major version, with tags of it before it',
    root: ROOT,
    module: `${ROOT}/v2`,
    tags: ['v1.9.0'],
    parent: ['v2.2.0'],
  },
  {
    name: 'tags that are no versions',
    root: ROOT,
    tags: ['v1.2', 'v1.02.3', '1.2.3', 'version1.2.3', 'v1.2.3.4', 'v2'],
    parent: ['v1', 'V1.0.0'],
  },
  { name: 'tags with build metadata', root: ROOT, tags: ['v1.4.0+build.7'], parent: ['v1.3.0+build.6', 'v1.2.0'] },
  {
    name: 'tags in the form of pseudo-versions',
    root: ROOT,
    tags: ['v1.4.0-0.20200102030405-0123456789ab'],
    parent: ['v1.2.0'],
  },
  {
    name: 'a module in a directory',
    root: ROOT,
    module: `${ROOT}/sub/deep`,
    directory: 'sub/deep',
    tags: ['sub/deep/v1.4.0', 'v1.9.0', 'deep/v1.5.0'],
  },
  {
    name: 'a module in a directory, its tags before it',
    root: ROOT,
    module: `${ROOT}/sub`,
    directory: 'sub',
    tags: ['v1.9.0'],
    parent: ['sub/v0.3.0'],
  },
  {
    name: 'a major version in a directory',
    root: ROOT,
    module: `${ROOT}/sub/v2`,
    directory: 'sub',
    tags: ['sub/v2.3.0', 'sub/v1.0.0', 'v2.9.0'],
  },
  {
    name: 'a major version in a directory of its name',
    root: ROOT,
    module: `${ROOT}/v2`,
    directory: 'v2',
    tags: ['v2.0.1', 'v1.0.0', 'v2/v2.0.2'],
  },
  {
    name: 'the same in a directory',
    root: ROOT,
    module: `${ROOT}/sub/v2`,
    directory: 'sub/v2',
    parent: ['sub/v2.0.1', 'sub/v2/v2.0.7', 'v2.8.0'],
  },
  { name: 'gopkg.in', root: 'gopkg.in/team/kit.v2', tags: ['v2.4.0', 'v1.0.0', 'v3.0.1'] },
  { name: 'gopkg.in, its tags before it', root: 'gopkg.in/kit.v3', parent: ['v3.0.1', 'v2.9.0'] },
  { name: 'gopkg.in, version 0', root: 'gopkg.in/kit.v0', tags: ['v0.4.0', 'v1.0.0'] },
];

describe('versions of Go modules are those that go makes', () => {
  let git: GitServer;
  let service: Service;

  beforeAll(async () => {
    [git, service] = await Promise.all([GitServer.start(), Service.start()]);
  });

  afterAll(async () => {
    await service?.close();
    await git?.stop();
  });

  for (const { name, root, module = root, directory = '.', ...history } of CASES) {
    itWithTool('go', name, async () => {
      const repository = await git.createRepository(`kit-${git.requests.length}.git`);
      const file = directory === '.' ? 'go.mod' : `${directory}/go.mod`;
      const files = { [file]: goMod(module) };
      const commit = (tags: string[] = [], branch = 'main'): Promise<string> =>
        repository.commit({ files: { ...files, README: `${branch} ${tags.join()}\n` }, tags, branch });
      await commit(history.elsewhere, 'elsewhere');
      const grandparent = await commit();
      for (const tag of history.grandparent ?? []) await repository.tag(tag, grandparent);
      await commit(history.parent);
      const ref = await commit(history.tags);
      await commit(history.later);
      const packages = { gomod: [{ path: directory }] };
      const view = await service.complete({ repo: repository.url, ref, pkg_managers: ['gomod'], packages });
      const versions = await GoVersions.start();
      try {
        versions.serve(root, repository.url);
        expect(view.packages).toEqual([expect.objectContaining({ name: module, version: await versions.version(module, ref) })]);
      } finally {
        await versions.stop();
      }
    });
  }
});
