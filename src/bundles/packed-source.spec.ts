import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { git, GitServer } from '../../test/support/git-server.js';
import { openSources, type SourceFixture } from '../../test/support/source-fixture.js';
import { itWithTool } from '../../test/support/tools.js';
import { Configuration } from '../config/index.js';
import { FileAccessError } from '../errors/index.js';
import { BundleService } from './__fixtures__/bundle-service.js';
import { gunzipStream, listUnpacked, listWithPython, listWithTarStream, scratchPath } from './__fixtures__/readers.js';
import { archiveTree, collect, COMMIT_TIME, each, noise, sha256Of } from './__fixtures__/trees.js';

/** A source of a real git server, packed as `requests` with a git dependency get it. */
describe('a packed source', () => {
  let server: GitServer;
  let service: BundleService;
  let sources: SourceFixture;
  let folder: string;
  let repo: string;
  let ref: string;
  let packed: Buffer;
  let file: string;

  beforeAll(async () => {
    [server, service, folder] = await Promise.all([GitServer.start(), BundleService.start(), mkdtemp(join(tmpdir(), 'packed-'))]);
    // Both work on the same store.
    sources = await openSources({ data: service.app.get(Configuration).directories.data });
    const repository = await server.createRepository('team/eel.git');
    const base = await repository.commit({ files: { 'setup.py': 'setup()\n' }, message: 'First\n' });
    await repository.tag('v1.2', base);
    const files = { 'setup.py': 'setup(name="eel")\n', 'bin/run': { content: '#!/bin/sh\n', executable: true }, link: { link: 'setup.py' }, 'ü/data.bin': noise(2_000_000).toString('latin1') };
    ref = await repository.commit({ files, message: 'Second\n' });
    repo = repository.url;
    packed = await pack(sources);
    file = join(folder, 'eel.tar.gz');
    await writeFile(file, packed);
  });
  afterAll(async () => {
    await sources?.close();
    await service?.close();
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function pack({ archive, options }: SourceFixture): Promise<Buffer> {
    const source = await archive.archive({ repo, ref, withSubmodules: false }, options);
    return collect(
      service.builder.packSource({
        segments: archive.segments(source),
        gitDirectory: await archive.archiveGitDirectory(source, { ...options, repo }),
        commitTime: source.commitTime,
      }),
    );
  }

  /** SHA-256 of what it is made of. */
  async function partsOf({ archive, options }: SourceFixture): Promise<string[]> {
    const source = await archive.archive({ repo, ref, withSubmodules: false }, options);
    const parts: string[] = [];
    for await (const { sha256 } of archive.segments(source)) parts.push(sha256);
    for await (const { sha256 } of await archive.archiveGitDirectory(source, { ...options, repo })) parts.push(sha256);
    return parts;
  }

  it('has the same bytes each time, also when everything is fetched anew', async () => {
    expect(sha256Of(await pack(sources))).toBe(sha256Of(packed));
    const anew = await openSources();
    const parts = await partsOf(anew);
    await anew.close();
    expect(parts).toEqual(await partsOf(sources));
  });

  it('holds app/ with .git in it, and nothing else', async () => {
    const entries = await listWithTarStream(gunzipStream(file));
    const names = entries.map(([name]) => Buffer.from(name, 'hex').toString());
    expect(names.filter((name) => !name.startsWith('app/.git/'))).toEqual(['app', 'app/bin/run', 'app/link', 'app/setup.py', 'app/ü/data.bin']);
    expect(names).toContain('app/.git/HEAD');
    expect(names[0]).toBe('app');
    expect(new Set(entries.map(([, , , , , , time]) => time)).size).toBe(1);
  });

  itWithTool('python3', 'is read by Python, as a file and as a stream', async () => {
    const expected = await listWithTarStream(gunzipStream(file));
    expect(await listWithPython('r:gz', file)).toEqual(expected);
    expect(await listWithPython('r|gz', file)).toEqual(expected);
  });

  itWithTool('tar', 'is unpacked by GNU tar to a clean checkout whose version tags can tell', async () => {
    const directory = scratchPath(folder, 'unpacked');
    await listUnpacked('tar', ['--gzip', '--no-same-owner', '-p'], file, directory);
    const app = join(directory, 'app');
    expect(await readFile(join(app, 'setup.py'), 'utf8')).toBe('setup(name="eel")\n');
    expect((await git(app, ['describe', '--tags'])).trim()).toBe(`v1.2-1-g${ref.slice(0, 7)}`);
    expect((await git(app, ['rev-parse', 'HEAD'])).trim()).toBe(ref);
    expect((await git(app, ['status', '--porcelain'])).trim()).toBe('');
  });

  it('may be one without history, and empty', async () => {
    const segments = await archiveTree(service.archive, { a: 'a' });
    for (const [given, names] of [[segments, ['app', 'app/a']], [[], ['app']]] as const) {
      const bytes = await collect(service.builder.packSource({ segments: each(given), commitTime: COMMIT_TIME }));
      await writeFile(join(folder, 'small.tar.gz'), bytes);
      const entries = await listWithTarStream(gunzipStream(join(folder, 'small.tar.gz')));
      expect(entries.map(([name]) => Buffer.from(name, 'hex').toString())).toEqual(names);
    }
  });

  it('ends when it is told to, or when a part is gone', async () => {
    const segments = await archiveTree(service.archive, { gone: noise(100_000) });
    const spec = { segments: each(segments), commitTime: COMMIT_TIME };
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(collect(service.builder.packSource({ ...spec, signal }))).rejects.toThrow('cancelled');
    for (const { sha256 } of segments) await service.archive.delete(sha256);
    await expect(collect(service.builder.packSource({ ...spec, segments: each(segments) }))).rejects.toThrow(FileAccessError);
  });
});
