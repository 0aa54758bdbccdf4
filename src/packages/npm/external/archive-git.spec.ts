import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FileSpec, GitServer } from '../../../../test/support/git-server.js';
import { openSources, type SourceFixture } from '../../../../test/support/source-fixture.js';
import { InvalidRequestData, NetworkError, RepositoryAccessError, ValidationError } from '../../../errors/index.js';
import type { SourcePort } from '../../package-manager.js';
import { externalJob, MemoryArtifacts } from './__fixtures__/external-job.js';
import { listing } from './__fixtures__/unpacked.js';
import { treeOf } from './__fixtures__/trees.js';
import { archiveExternal, type ExternalDependency } from './index.js';

const C = '0123456789abcdef0123456789abcdef01234567';
const KITE = { 'package.json': '{"name":"kite","version":"1.4.0"}', 'index.js': '1' };

function git(source: string, name = 'kite'): ExternalDependency {
  // Old versions of npm wrote integrity here, which means nothing.
  return { name, source, kind: 'git', integrity: 'sha512-AAAA' };
}

describe('a git dependency', () => {
  let directory: string;
  let server: GitServer;
  let fixture: SourceFixture;
  let sources: SourcePort;
  let count = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cachito-external-'));
    server = await GitServer.start();
    fixture = await openSources();
    sources = {
      archive: async (spec, signal) => {
        const source = await fixture.archive.archive(spec, { ...fixture.options, signal });
        return { tree: fixture.archive.tree(source), commitTime: source.commitTime };
      },
    };
  });
  afterAll(async () => {
    await fixture?.close();
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function commit(files: Record<string, FileSpec>): Promise<{ source: string; ref: string; url: string }> {
    const repository = await server.createRepository(`team/repo-${(count += 1)}.git`);
    const ref = await repository.commit({ files });
    return { source: `git+${repository.url}#${ref}`, ref, url: repository.url };
  }

  it('is packed as npm packs a clone, but for the version', async () => {
    const files: Record<string, FileSpec> = {
      'package.json': '{\n  "version": "1.4.0+5",\n  "name": "@acme/kite",\n  "bin": "run.sh",\n  "main": "ü.js"\n}\n',
      '.gitignore': 'dist\n*.log\n',
      '.gitattributes': '*.txt text eol=lf\n',
      'run.sh': { content: '#!/bin/sh\n', executable: true },
      'dist/a.js': 'ignored, but committed',
      'src/crlf.txt': 'one\r\ntwo\r\n',
      'ü.js': 'u',
      link: { link: 'run.sh' },
      'package-lock.json': '{}',
      large: Buffer.alloc(2_500_000, 'large content '),
    };
    const { source, ref, url } = await commit(files);
    const artifacts = new MemoryArtifacts();
    const artifact = await archiveExternal(git(source), externalJob({ artifacts, directory, sources }));
    const version = `1.4.0-external-gitcommit-${ref}`;
    expect(artifact).toMatchObject({ ecosystem: 'npm', name: '@acme/kite', version, upstream: source, verifiedBy: 'git commit' });
    expect(Object.keys(artifact.digests)).toEqual(['sha512', 'sha1']);

    const clone = join(directory, 'clone');
    await execa('git', ['clone', '--quiet', '--config', 'core.autocrlf=false', url, clone]);
    const { stdout } = await execa('npm', ['pack', '--offline', '--ignore-scripts'], {
      cwd: clone,
      env: { npm_config_cache: join(directory, 'cache') },
    });
    const theirs = await listing(await readFile(join(clone, stdout.trim())));
    const manifest = theirs['package/package.json'].replace('1.4.0+5', version);
    expect(await listing(artifacts.bytes(artifact.sha256))).toEqual({ ...theirs, 'package/package.json': manifest });
  });

  it('holds its submodules', async () => {
    const inner = await commit({ 'inside.js': 'i' });
    const { source } = await commit({
      ...KITE,
      '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ${inner.url}\n`,
      sub: { gitlink: inner.ref },
    });
    const artifacts = new MemoryArtifacts();
    const { sha256 } = await archiveExternal(git(source), externalJob({ artifacts, directory, sources }));
    expect(Object.keys(await listing(artifacts.bytes(sha256)))).toContain('package/sub/inside.js');
  });

  it('is found again without network and made alike elsewhere', async () => {
    const { source } = await commit(KITE);
    const artifacts = new MemoryArtifacts();
    const first = await archiveExternal(git(source), externalJob({ artifacts, directory, sources }));
    const asked = server.requests.length;
    // Neither is there anybody to ask for sources.
    expect(await archiveExternal(git(source, 'alias'), externalJob({ artifacts, directory }))).toEqual(first);
    expect(server.requests).toHaveLength(asked);
    const elsewhere = new MemoryArtifacts();
    const other = await archiveExternal(git(source), externalJob({ artifacts: elsewhere, directory, sources }));
    expect(other.sha256).toBe(first.sha256);
  });

  it('that is not there is reported with its name, without credentials', async () => {
    const source = `git+${server.url.replace('//', '//bob:secret@')}/team/none.git#${C}`;
    const failed = archiveExternal(git(source), externalJob({ artifacts: new MemoryArtifacts(), directory, sources }));
    await expect(failed).rejects.toThrow(RepositoryAccessError);
    await expect(failed).rejects.toThrow(/^(?!.*secret).*kite@git\+http.*not found/);
  });

  it('without such a commit is reported so', async () => {
    const { url } = await commit(KITE);
    const job = externalJob({ artifacts: new MemoryArtifacts(), directory, sources });
    await expect(archiveExternal(git(`git+${url}#${C}`), job)).rejects.toThrow(InvalidRequestData);
  });

  describe('from a source in memory', () => {
    /** Fails with the errors in turn, then has the files. */
    function port(
      files: Record<string, string>,
      ...failures: Error[]
    ): SourcePort & { asked: string[]; commitTime: number } {
      const asked: string[] = [];
      return {
        asked,
        commitTime: 0,
        async archive({ repo, ref, withSubmodules }) {
          asked.push(`${repo} ${ref} ${withSubmodules}`);
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          return { tree: treeOf(files), commitTime: this.commitTime };
        },
      };
    }

    function archive(source: SourcePort, options: { gitScripts?: 'reject' | 'ignore'; artifacts?: MemoryArtifacts } = {}) {
      const job = externalJob({ artifacts: new MemoryArtifacts(), directory, sources: source, ...options });
      return { job, artifact: archiveExternal(git(`git+ssh://git@git.acme.dev/team/kite.git#${C}`), job) };
    }

    it.each([new RepositoryAccessError('refused'), new NetworkError('timed out')])('is asked for over ssh after $name', async (failure) => {
      const source = port(KITE, failure);
      expect(await archive(source).artifact).toMatchObject({ name: 'kite', upstream: `git+https://git.acme.dev/team/kite.git#${C}` });
      expect(source.asked).toEqual([
        `https://git.acme.dev/team/kite.git ${C} true`,
        `ssh://git@git.acme.dev/team/kite.git ${C} true`,
      ]);
    });

    it('fails when both fail, and tells both reasons', async () => {
      const { artifact } = archive(port(KITE, new NetworkError('one.'), new NetworkError('two.')));
      await expect(artifact).rejects.toMatchObject({ name: 'RepositoryAccessError', message: expect.stringMatching(/kite@git\+ssh.* one\. two\.$/) });
    });

    it('fails at once when the first answer is final', async () => {
      const source = port(KITE, new ValidationError('a hostile tree'));
      await expect(archive(source).artifact).rejects.toThrow('a hostile tree');
      expect(source.asked).toHaveLength(1);
    });

    it.each<[string, Record<string, string>, string]>([
      ['no package.json', { 'lib/package.json': '{}' }, 'FileAccessError'],
      ['no JSON in it', { 'package.json': 'kite' }, 'FileAccessError'],
      ['a version that is none', { 'package.json': '{"version":"x"}' }, 'InvalidFileFormat'],
      ['a name that is none', { 'package.json': '{"name":"../x"}' }, 'InvalidFileFormat'],
    ])('with %s is refused', async (_, files, name) => {
      await expect(archive(port(files)).artifact).rejects.toMatchObject({ name, message: expect.stringContaining('kite@git+ssh') });
    });

    it('whose package.json is a link is refused', async () => {
      const source: SourcePort = {
        archive: async () => ({ tree: treeOf({ 'package.json': { link: 'other.json' }, 'other.json': '{}' }), commitTime: 0 }),
      };
      await expect(archive(source).artifact).rejects.toThrow('no package.json in the root');
    });

    it.each([
      ['the time of its commit', 1_600_000_000, new Date('2020-09-13T12:26:40Z')],
      ['no time', 0, undefined],
      ['a time before 1970', -1, undefined],
      ['a time to come', 4e9, undefined],
      ['a time that no date can hold', 2 ** 63, undefined],
    ])('is published when its commit was made: %s', async (_, commitTime, published) => {
      const { artifact } = archive(Object.assign(port(KITE), { commitTime }));
      expect((await artifact).published).toEqual(published);
    });

    it('without name has that of the lock file', async () => {
      const expected = { name: 'kite', version: `0.0.0-external-gitcommit-${C}` };
      expect(await archive(port({ 'package.json': '{}' })).artifact).toMatchObject(expected);
    });

    it('with scripts is refused or packed with a warning, stored already or not', async () => {
      const files = { ...KITE, 'package.json': '{"scripts":{"prepare":"tsc","prepack":"x","build":"x"}}' };
      const artifacts = new MemoryArtifacts();
      const refused = /kite@git\+ssh.*its scripts "prepare" and "prepack"/;
      const rejecting = (): Promise<unknown> => archive(port(files), { artifacts }).artifact;
      await expect(rejecting()).rejects.toMatchObject({ name: 'UnsupportedFeature', message: expect.stringMatching(refused) });
      for (const round of [1, 2]) {
        const { job, artifact } = archive(port(files), { artifacts, gitScripts: 'ignore' });
        await artifact;
        expect({ round, warnings: job.warnings }).toEqual({ round, warnings: [expect.stringMatching(refused)] });
      }
      await expect(rejecting()).rejects.toMatchObject({ name: 'UnsupportedFeature' });
    });

    it('says so when the request that packs for several ends early', async () => {
      const abort = new AbortController();
      const artifacts = new MemoryArtifacts();
      const tree = treeOf(KITE);
      const list = async function* () {
        yield* tree.list();
        abort.abort(new Error('cancelled'));
        await rm(join(directory, 'shared'), { recursive: true });
      };
      const source: SourcePort = { archive: async () => ({ tree: { ...tree, list }, commitTime: 0 }) };
      await mkdir(join(directory, 'shared'));
      const job = externalJob({ artifacts, directory: join(directory, 'shared'), sources: source, signal: abort.signal });
      const packed = archiveExternal(git(`github:acme/kite#${C}`), job);
      await expect(packed).rejects.toMatchObject({ name: 'FileAccessError', message: expect.stringContaining('Submit this one again') });
    });

    it('runs none of them', async () => {
      const evidence = join(directory, 'ran');
      const manifest = JSON.stringify({ scripts: { prepare: `touch ${evidence}`, prepack: `touch ${evidence}`, postpack: `touch ${evidence}` } });
      await archive(port({ 'package.json': manifest }), { gitScripts: 'ignore' }).artifact;
      await expect(readFile(evidence)).rejects.toThrow('ENOENT');
    });
  });
});
