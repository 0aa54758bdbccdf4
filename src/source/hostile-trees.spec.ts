import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { git, type GitRepository, GitServer } from '../../test/support/git-server.js';
import { openSources, type SourceFixture } from '../../test/support/source-fixture.js';

type Entries = Parameters<GitRepository['tree']>[0];

describe('Hostile trees', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  let repository: GitRepository;
  let blob: string;
  let inner: string;

  beforeAll(async () => {
    server = await GitServer.start();
    fixture = await openSources();
    repository = await server.createRepository('hostile/trees');
    blob = await repository.object('blob', 'content');
    inner = await repository.tree([{ mode: '100644', name: 'x', id: blob }]);
  });
  afterAll(async () => {
    await fixture.close();
    await server.stop();
  });

  async function failure(tree: string): Promise<unknown> {
    const ref = await repository.commitTree(tree);
    return fixture.archive
      .archive({ repo: repository.url, ref, withSubmodules: false }, fixture.options)
      .then(() => undefined, (error: unknown) => error);
  }

  const file = (name: string | Buffer): Entries => [{ mode: '100644', name, id: blob }];
  const CASES: [string, () => Entries | Promise<Entries>][] = [
    ['..', () => file('..')],
    ['.', () => file('.')],
    ['.. as a directory', () => [{ mode: '40000', name: '..', id: inner }]],
    ['a slash', () => file('a/b')],
    ['a climbing path', () => file('../../etc/passwd')],
    ['an absolute path', () => file('/etc/passwd')],
    ['.git', () => [{ mode: '40000', name: '.git', id: inner }]],
    ['.GIT', () => [{ mode: '40000', name: '.GIT', id: inner }]],
    ['.git of HFS+', () => [{ mode: '40000', name: '.g\u200cit', id: inner }]],
    ['.git of NTFS', () => [{ mode: '40000', name: 'git~1', id: inner }]],
    ['.git with a dot', () => [{ mode: '40000', name: '.git.', id: inner }]],
    ['.git with a stream', () => file('.git::$INDEX_ALLOCATION')],
    ['.git further down', async () => [{ mode: '40000', name: 'a', id: await repository.tree([{ mode: '40000', name: '.Git', id: inner }]) }]],
    ['the same name twice', () => [...file('a'), ...file('a')]],
    ['a link and a directory of one name', async () => [
      { mode: '120000', name: 'a', id: await repository.object('blob', '/etc') },
      { mode: '40000', name: 'a', id: inner },
    ]],
    ['the same, with a name between', async () => [
      { mode: '120000', name: 'a', id: await repository.object('blob', '/etc') },
      ...file('a-b'),
      { mode: '40000', name: 'a', id: inner },
    ]],
    ['a name of 256 bytes', () => file('n'.repeat(256))],
    ['a link target of 5,000 bytes', async () => [{ mode: '120000', name: 'a', id: await repository.object('blob', 't'.repeat(5000)) }]],
    ['an empty link target', async () => [{ mode: '120000', name: 'a', id: await repository.object('blob', '') }]],
    ['a link target with NUL', async () => [{ mode: '120000', name: 'a', id: await repository.object('blob', 'a\0b') }]],
    ['1,001 levels', async () => {
      // One process of git for all of them.
      const commit = await repository.commit({ files: { [`${'d/'.repeat(1001)}x`]: 'content' } });
      const [mode, , id] = (await git(repository.directory, ['ls-tree', commit, 'd'])).split(/[ \t]/);
      return [{ mode: mode.replace(/^0/, ''), name: 'd', id }];
    }],
    ['ten billion files in ten trees', async () => {
      let tree = inner;
      for (let level = 0; level < 10; level += 1) {
        const id = tree;
        tree = await repository.tree(Array.from({ length: 10 }, (_, at) => ({ mode: '40000', name: `d${at}`, id })));
      }
      return [{ mode: '40000', name: 'd', id: tree }];
    }],
    ['ten billion empty directories', async () => {
      let tree = await repository.tree([]);
      for (let level = 0; level < 10; level += 1) {
        const id = tree;
        tree = await repository.tree(Array.from({ length: 10 }, (_, at) => ({ mode: '40000', name: `e${at}`, id })));
      }
      return [{ mode: '40000', name: 'd', id: tree }];
    }],
  ];

  it.each(CASES)('%s', async (_name, entries) => {
    const error = await failure(await repository.tree(await entries()));
    expect(error).toMatchObject({ errorType: 'ValidationError' });
    expect(String(error)).not.toContain(fixture.directories.data);
  });

  it('takes what is odd but harmless', async () => {
    const tree = await repository.tree([
      ...file('$(touch x)'),
      ...file('-rf'),
      ...file('.gitfoo'),
      ...file('back\\slash'),
      ...file('new\nline'),
      ...file(Buffer.from([0x6e, 0xe9, 0xff])),
    ]);
    expect(await failure(tree)).toBeUndefined();
  });
});
