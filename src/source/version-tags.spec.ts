import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type GitRepository, GitServer } from '../../test/support/git-server.js';
import { openSources, type SourceFixture } from '../../test/support/source-fixture.js';
import { IsomorphicGitClient } from './git/isomorphic/isomorphic-git-client.js';
import type { ArchivedSource, VersionTagOptions } from './index.js';

describe('Version tags', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  let serial = 0;

  beforeAll(async () => {
    server = await GitServer.start();
  });
  beforeEach(async () => {
    fixture = await openSources();
  });
  afterEach(async () => {
    await fixture.close();
    server.fault = () => undefined;
    server.oldProtocol = false;
    server.requests.length = 0;
  });
  afterAll(() => server.stop());

  /** Three commits on `main` and one beside them, all tagged; `ref` is the second. */
  async function tagged(on = server): Promise<{ repository: GitRepository; ref: string; first: string }> {
    const repository = await on.createRepository(`team/tags-${(serial += 1)}.git`);
    const first = await repository.commit({ files: { a: '1' }, tags: ['v1.0.0', 'sub/v0.1.0', 'latest'] });
    await repository.tag('v1.1.0', first);
    const ref = await repository.commit({ files: { a: '2' }, tags: ['v1.2.0'] });
    await git(repository.directory, ['tag', '-a', '-m', 'x', 'inner', ref]);
    await git(repository.directory, ['tag', '-a', '-m', 'x', 'v1.3.0', 'inner']);
    await git(repository.directory, ['tag', '-a', '-m', 'x', 'v1.4.0', `${ref}^{tree}`]);
    await repository.commit({ files: { a: '3' }, tags: ['v2.0.0'] });
    await repository.commit({ files: { a: '4' }, tags: ['v3.0.0'], branch: 'other' });
    return { repository, ref, first };
  }

  const TAGS = { 'sub/v0.1.0': false, 'v1.0.0': false, 'v1.1.0': false, 'v1.2.0': true, 'v1.3.0': true };

  function archive(repo: string, ref: string, on = fixture): Promise<ArchivedSource> {
    return on.archive.archive({ repo, ref, withSubmodules: false }, on.options);
  }

  async function tags(source: ArchivedSource, options: Partial<VersionTagOptions> = {}, on = fixture) {
    const found = await on.archive.versionTags(source, { ...on.options, ...options });
    return Object.fromEntries(found.map(({ name, here }) => [name, here]));
  }

  const warnings = (on = fixture): string[] => on.lines.filter((line) => line.startsWith('warn: '));

  it('are those on the commit and its ancestors, by name, recorded once', async () => {
    const { repository, ref } = await tagged();
    const source = await archive(repository.url, ref);
    expect(Object.entries(await tags(source))).toEqual(Object.entries(TAGS));
    const asked = server.requests.length;
    await repository.commit({ files: { a: '9' }, tags: ['v1.9.0'] });
    await git(repository.directory, ['update-ref', 'refs/tags/v0.9.0', ref]);
    for (const offline of [false, true]) expect(await tags(source, { offline })).toEqual(TAGS);
    expect(server.requests).toHaveLength(asked);
    expect(await tags(source, { refresh: true })).toEqual({ ...TAGS, 'v0.9.0': true });
    expect(await tags(source, { refresh: true, offline: true })).toEqual({ ...TAGS, 'v0.9.0': true });
    expect(warnings()).toEqual([]);
  });

  it('are peeled for a source that was named by an annotated tag', async () => {
    const { repository, ref } = await tagged();
    const source = await archive(repository.url, await git(repository.directory, ['rev-parse', 'v1.3.0']));
    expect(await tags(source)).toEqual(TAGS);
    expect(source.ref).not.toBe(ref);
  });

  it.each<[string, (repository: GitRepository) => unknown]>([
    ['gives away branches and tags only', () => (server.oldProtocol = true)],
    ['refuses to leave out trees', ({ directory }) => git(directory, ['config', 'uploadpackfilter.tree.allow', 'false'])],
    [
      'has a shallow repository',
      async ({ directory }) => writeFile(join(directory, 'shallow'), `${await git(directory, ['rev-parse', 'v1.0.0'])}\n`),
    ],
  ])('come from a server that %s', async (_, prepare) => {
    const { repository, ref } = await tagged();
    await prepare(repository);
    const found = await tags(await archive(repository.url, ref));
    expect([found, warnings()]).toEqual([TAGS, []]);
  });

  it('cost one fetch of the history for the next commit, and none without tags', async () => {
    const { repository, ref, first } = await tagged();
    await tags(await archive(repository.url, ref));
    const next = await repository.commit({ files: { a: '5' } });
    server.requests.length = 0;
    expect(await tags(await archive(repository.url, next))).toMatchObject({ 'v1.2.0': false, 'v2.0.0': false });
    expect((await readdir(fixture.directories.mirrors)).filter((name) => !name.includes('.lock'))).toHaveLength(2);
    await tags(await archive(repository.url, first));
    const empty = await server.createRepository(`team/tags-${(serial += 1)}.git`);
    const source = await archive(empty.url, await empty.commit({ files: { a: '1' }, tags: ['latest'] }));
    server.requests.length = 0;
    expect([await tags(source), await tags(source)]).toEqual([{}, {}]);
    expect(server.fetches).toBe(1);
  });

  it('are read once for a hundred calls', async () => {
    const { repository, ref } = await tagged();
    const source = await archive(repository.url, ref);
    server.requests.length = 0;
    await tags(source);
    const once = server.requests.length;
    server.requests.length = 0;
    const all = await Promise.all(Array.from({ length: 100 }, () => tags(source, { refresh: true })));
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(server.requests.length).toBeLessThanOrEqual(once);
  });

  it('are read with the credentials of the submitted address', async () => {
    const closed = await GitServer.start({ credentials: { username: 'robot', password: 'secret' } });
    const { repository, ref } = await tagged(closed);
    const repo = repository.url.replace('://', '://robot:secret@');
    const source = await archive(repo, ref);
    expect(await tags(source)).toEqual({});
    expect(warnings()).toEqual([expect.stringMatching(/^warn: The version tags of .* cannot be read, so versions are told without them/)]);
    expect(await tags(source, { repo })).toEqual(TAGS);
    await closed.stop();
  });

  it('do without a remote that fails, until it works again', async () => {
    const { repository, ref } = await tagged();
    const source = await archive(repository.url, ref);
    expect(await tags(source, { offline: true })).toEqual({});
    for (const fault of [{ status: 404 }, { status: 200, body: 'nonsense' }]) {
      server.fault = () => fault;
      expect(await tags(source)).toEqual({});
    }
    // The list can be had, the history not.
    server.fault = () => (server.requests.length > 3 ? { status: 403 } : undefined);
    server.requests.length = 0;
    expect(await tags(source)).toEqual({});
    expect(server.requests.length).toBeGreaterThan(3);
    expect(warnings()).toHaveLength(4);
    server.fault = () => undefined;
    expect(await tags(source)).toEqual(TAGS);
    server.fault = () => ({ status: 404 });
    expect(await tags(source, { refresh: true })).toEqual(TAGS);
    expect(warnings().at(-1)).toMatch(/so those recorded earlier are used/);
    server.fault = () => 'hang';
    const signal = AbortSignal.timeout(200);
    await expect(tags(source, { refresh: true, signal })).rejects.toThrow('timeout');
  });

  it('outlive a damaged mirror of the history', async () => {
    const { repository, ref } = await tagged();
    const source = await archive(repository.url, ref);
    await tags(source);
    for (const name of await readdir(fixture.directories.mirrors)) {
      if (name.endsWith('.history')) await rm(join(fixture.directories.mirrors, name, 'objects', 'pack'), { recursive: true });
    }
    expect(await tags(source, { refresh: true })).toEqual(TAGS);
    expect(warnings()).toEqual([expect.stringContaining('mirror of the repository is damaged')]);
  });

  it('are at most 50,000: those on the commit, then those that lie less deep', async () => {
    const { repository, ref, first } = await tagged();
    const names = Array.from({ length: 60_000 }, (_, at) => `many/deep/m${String(at).padStart(6, '0')}/v1.0.0`);
    const lines = ['z/v1.0.0', 'y/z/v1.0.0', ...names].map((name) => `${name === 'y/z/v1.0.0' ? ref : first} refs/tags/${name}\n`);
    await writeFile(join(repository.directory, 'packed-refs'), `# pack-refs with: sorted \n${lines.sort((a, b) => (a.slice(41) < b.slice(41) ? -1 : 1)).join('')}`);
    const found = await tags(await archive(repository.url, ref));
    expect(Object.keys(found)).toHaveLength(50_000);
    expect(found).toMatchObject({ ...TAGS, 'z/v1.0.0': false, 'y/z/v1.0.0': true });
    expect(warnings()).toEqual([expect.stringContaining('60007 version tags, of which 50000 are used')]);
  });

  it('are only those on the commit itself where git is missing, and are not recorded', async () => {
    const { repository, ref } = await tagged();
    const without = await openSources({ client: (settings) => new IsomorphicGitClient(settings), data: fixture.directories.data, database: fixture.database });
    try {
      const source = await archive(repository.url, ref, without);
      expect(await tags(source, {}, without)).toEqual({ 'v1.2.0': true, 'v1.3.0': true });
      expect(warnings(without)).toEqual([expect.stringMatching(/Only version tags on the commit itself .* git 2\.37/)]);
      expect(await tags(source)).toEqual(TAGS);
    } finally {
      await without.close();
    }
  });
});
