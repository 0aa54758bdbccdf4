import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitServer } from '../../test/support/git-server.js';
import { openSources, type SourceFixture, unpack } from '../../test/support/source-fixture.js';
import type { SourceSegment } from './index.js';

describe('The .git directory', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  const temporary: string[] = [];

  beforeAll(async () => {
    server = await GitServer.start();
  });
  beforeEach(async () => {
    fixture = await openSources();
  });
  afterEach(async () => {
    await fixture.close();
    for (const directory of temporary.splice(0)) await rm(directory, { recursive: true, force: true });
  });
  afterAll(() => server.stop());

  async function* both(first: AsyncIterable<SourceSegment>, second: AsyncIterable<SourceSegment>): AsyncIterable<SourceSegment> {
    yield* first;
    yield* second;
  }

  it('has history and tags, a clean status and no credentials; is stored once', async () => {
    const repository = await server.createRepository('team/history.git');
    const base = await repository.commit({ files: { a: '1' }, message: 'First\n' });
    await repository.tag('v1.0', base);
    await repository.commit({ files: { a: '2' }, message: 'Second\n', tags: ['light'] });
    const library = await repository.commit({ files: { l: '1' }, branch: 'library' });
    const files = { a: '3', 'bin/run': { content: 'x', executable: true }, link: { link: 'a' }, lib: { gitlink: library } };
    const ref = await repository.commit({ files, message: 'Third\n' });
    await repository.commit({ files: { a: '4' }, message: 'Later\n' });
    const repo = repository.url.replace('://', '://user:secret@');
    const source = await fixture.archive.archive({ repo, ref, withSubmodules: false }, fixture.options);
    const segments = await fixture.archive.archiveGitDirectory(source, { ...fixture.options, repo });
    const directory = await unpack(fixture, both(fixture.archive.segments(source), segments));
    temporary.push(directory);
    const app = join(directory, 'app');
    expect((await git(app, ['log', '--format=%s'])).split('\n')).toEqual(['Third', 'Second', 'First']);
    expect(await git(app, ['describe', '--tags'])).toBe(`light-1-g${ref.slice(0, 7)}`);
    expect(await git(app, ['describe'])).toBe(`v1.0-2-g${ref.slice(0, 7)}`);
    expect(await git(app, ['status', '--porcelain'])).toBe('');
    expect(await git(app, ['rev-parse', 'HEAD'])).toBe(ref);
    expect(await git(app, ['config', 'remote.origin.url'])).toBe(repository.url);
    expect(await git(app, ['show', 'HEAD:a'])).toBe('3');
    expect(await git(app, ['grep', '-r', 'secret', '--no-index', '--', '.git']).catch(() => 'none')).toBe('none');

    await server.close();
    const first = await shas(await fixture.archive.archiveGitDirectory(source, fixture.options));
    expect(first.length).toBeGreaterThan(0);
    expect(await shas(await fixture.archive.archiveGitDirectory(source, { ...fixture.options, offline: true }))).toEqual(first);
    const named: string[] = [];
    for await (const sha256 of fixture.references.references('archive')) named.push(sha256);
    expect(named).toEqual(expect.arrayContaining(first));
  });

  async function shas(segments: AsyncIterable<SourceSegment>): Promise<string[]> {
    const found: string[] = [];
    for await (const { sha256 } of segments) found.push(sha256);
    return found;
  }
});
