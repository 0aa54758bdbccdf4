import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type GitRepository, GitServer } from '../../test/support/git-server.js';
import { filesBelow, openSources, type SourceFixture, unpack } from '../../test/support/source-fixture.js';
import type { ArchivedSource } from './index.js';

function section(name: string, path: string, url: string): string {
  return `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`;
}

describe('Submodules', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  let theme: GitRepository;
  let commit: string;
  const temporary: string[] = [];

  beforeAll(async () => {
    server = await GitServer.start();
    theme = await server.createRepository('team/theme.git');
    const nested = await theme.commit({ files: { x: '1' }, branch: 'other' });
    commit = await theme.commit({ files: { 'style.css': 'body {}', 'sub/deep': '1', nested: { gitlink: nested } } });
  });
  beforeEach(async () => {
    fixture = await openSources();
  });
  afterEach(async () => {
    await fixture.close();
    for (const directory of temporary.splice(0)) await rm(directory, { recursive: true, force: true });
  });
  afterAll(() => server.stop());

  let serial = 0;
  async function superproject(files: Parameters<GitRepository['commit']>[0]['files']): Promise<{ repo: string; ref: string }> {
    const repository = await server.createRepository(`team/app-${(serial += 1)}.git`);
    return { repo: repository.url, ref: await repository.commit({ files }) };
  }

  function archive(spec: { repo: string; ref: string }, withSubmodules = true): Promise<ArchivedSource> {
    return fixture.archive.archive({ ...spec, withSubmodules }, fixture.options);
  }

  async function content(source: ArchivedSource): Promise<Record<string, string>> {
    const directory = await unpack(fixture, fixture.archive.segments(source));
    temporary.push(directory);
    return filesBelow(join(directory, 'app'));
  }

  it('are put in their places, by relative and absolute addresses, one level deep', async () => {
    const gitmodules =
      section('docs-theme', 'vendor/lib', '../theme.git') +
      section('second', 'zlib', theme.url.replace('://', '://user:secret@')) +
      section('unused', 'nowhere', '../none.git');
    const spec = await superproject({
      '.gitmodules': gitmodules,
      'vendor/lib-extra': 'before',
      'vendor/lib.txt': 'between',
      'vendor/lib0': 'after',
      'vendor/lib': { gitlink: commit },
      zlib: { gitlink: commit },
    });
    const source = await archive(spec);
    const submodules = [
      { name: 'docs-theme', path: 'vendor/lib', url: '../theme.git', commit },
      { name: 'second', path: 'zlib', url: theme.url, commit },
    ];
    expect(source.submodules).toEqual(submodules);
    expect(await content(source)).toEqual({
      '.gitmodules': gitmodules,
      'vendor/lib-extra': 'before',
      'vendor/lib.txt': 'between',
      'vendor/lib0': 'after',
      'vendor/lib/style.css': 'body {}',
      'vendor/lib/sub/deep': '1',
      'vendor/lib/nested': '/',
      'zlib/style.css': 'body {}',
      'zlib/sub/deep': '1',
      'zlib/nested': '/',
    });
  });

  it('are empty directories when they are not asked for', async () => {
    const spec = await superproject({ '.gitmodules': 'nonsense', 'vendor/lib': { gitlink: commit }, 'vendor/lib.txt': '1' });
    const source = await archive(spec, false);
    expect(await content(source)).toEqual({ '.gitmodules': 'nonsense', 'vendor/lib': '/', 'vendor/lib.txt': '1' });
    expect(source.submodules).toEqual([]);
  });

  it('need not exist', async () => {
    expect(await content(await archive(await superproject({ a: '1' })))).toEqual({ a: '1' });
  });

  const REFUSED: [string, string, string][] = [
    ['a gitlink that .gitmodules does not name', '', 'SubprocessCallError'],
    ['a section without address', '[submodule "a"]\n\tpath = lib\n', 'SubprocessCallError'],
    ['a repository that is not there', section('a', 'lib', '../none.git'), 'SubprocessCallError'],
    ['a relative address that leaves the host', section('a', 'lib', '../../../theme.git'), 'ValidationError'],
    ['a relative address with .. inside', section('a', 'lib', '../x/../../theme.git'), 'ValidationError'],
    ['a file', section('a', 'lib', 'file:///etc'), 'ValidationError'],
    ['a path', section('a', 'lib', '/etc'), 'ValidationError'],
    ['another transport', section('a', 'lib', 'ext::sh -c touch% /tmp/x'), 'ValidationError'],
    ['a private address', section('a', 'lib', 'http://10.0.0.1/x'), 'ValidationError'],
    ['the same path twice', section('a', 'lib', '../theme.git') + section('b', 'lib', '../theme.git'), 'ValidationError'],
    ['a path above the root', section('a', '../lib', '../theme.git'), 'ValidationError'],
    ['nonsense', '[submodule "a"\npath=lib', 'InvalidFileFormat'],
  ];
  it.each(REFUSED)('are refused: %s', async (_name, gitmodules, errorType) => {
    const spec = await superproject({ '.gitmodules': gitmodules, lib: { gitlink: commit } });
    await expect(archive(spec)).rejects.toMatchObject({ errorType });
  });

  it.each([
    ['an address like an option', section('a', 'lib', '-oProxyCommand=x')],
    ['a path like an option', section('a', '-lib', '../theme.git')],
    ['a name that climbs', section('../a', 'lib', '../theme.git')],
    ['a carriage return in the path', section('a', '"lib\r"', '../theme.git')],
  ])('are refused (by git already): %s', async (_name, gitmodules) => {
    const spec = await superproject({ '.gitmodules': gitmodules, lib: { gitlink: commit } });
    await expect(archive(spec)).rejects.toMatchObject({ errorType: expect.stringMatching(/^(ValidationError|SubprocessCallError)$/) });
  });

  it('are refused: .gitmodules as a symbolic link', async () => {
    const spec = await superproject({ '.gitmodules': { link: 'other' }, other: section('a', 'lib', '../theme.git'), lib: { gitlink: commit } });
    await expect(archive(spec)).rejects.toMatchObject({ errorType: 'ValidationError' });
  });

  it('are refused: more than a hundred', async () => {
    const paths = Array.from({ length: 101 }, (_, at) => `lib${at}`);
    const spec = await superproject({
      '.gitmodules': paths.map((path) => section(path, path, '../theme.git')).join(''),
      ...Object.fromEntries(paths.map((path) => [path, { gitlink: commit }])),
    });
    await expect(archive(spec)).rejects.toMatchObject({ errorType: 'ValidationError' });
  });
});
