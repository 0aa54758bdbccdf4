import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitServer } from '../../../../test/support/git-server.js';
import { filesBelow, openSources, type SourceFixture, unpack } from '../../../../test/support/source-fixture.js';
import { describeGitClient } from '../git-client.compliance.js';
import { MAX_PACK_SIZE } from './http.js';
import { IsomorphicGitClient } from './isomorphic-git-client.js';

describeGitClient('IsomorphicGitClient', (settings) => new IsomorphicGitClient(settings));

describe('The archive without a git command', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  beforeAll(async () => {
    server = await GitServer.start();
    fixture = await openSources({ client: (settings) => new IsomorphicGitClient(settings) });
  });
  afterAll(async () => {
    await fixture.close();
    await server.stop();
  });

  it('stores a commit with its submodules', async () => {
    const theme = await server.createRepository('team/theme');
    const commit = await theme.commit({ files: { 'style.css': 'body {}' } });
    const gitmodules = '[submodule "theme"]\n\tpath = vendor/theme\n\turl = ../theme\n';
    const app = await server.createRepository('team/app');
    const ref = await app.commit({ files: { '.gitmodules': gitmodules, 'vendor/theme': { gitlink: commit }, run: { content: 'x', executable: true } } });
    const source = await fixture.archive.archive({ repo: app.url, ref, withSubmodules: true }, fixture.options);
    const directory = await unpack(fixture, fixture.archive.segments(source));
    expect(await filesBelow(join(directory, 'app'))).toEqual({ '.gitmodules': gitmodules, 'vendor/theme/style.css': 'body {}', run: '*x' });
    await rm(directory, { recursive: true });
    await expect(fixture.archive.archiveGitDirectory(source, fixture.options)).rejects.toMatchObject({
      errorType: 'UnsupportedFeature',
      message: expect.stringContaining('git 2.37'),
    });
  });

  it('gives up on a large pack and on ssh, and says what helps', async () => {
    const repository = await server.createRepository('team/large');
    const ref = await repository.commit({ files: { a: '1' } });
    server.fault = (request) =>
      request.method === 'POST'
        ? { status: 200, headers: { 'Content-Type': 'application/x-git-upload-pack-result' }, body: Buffer.alloc(MAX_PACK_SIZE + 1) }
        : undefined;
    for (const repo of [repository.url, 'ssh://git@127.0.0.1/team/app']) {
      await expect(fixture.archive.archive({ repo, ref, withSubmodules: false }, fixture.options)).rejects.toMatchObject({
        errorType: 'UnsupportedFeature',
        message: expect.stringContaining('git 2.37'),
      });
    }
    server.fault = () => undefined;
  });

  it('refuses a server whose references would become files elsewhere', async () => {
    const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
    const id = '1234567890123456789012345678901234567890';
    const body = `${line('# service=git-upload-pack\n')}0000${line(`${id} refs/heads/../../../evil\0shallow\n`)}0000`;
    server.fault = () => ({ status: 200, headers: { 'Content-Type': 'application/x-git-upload-pack-advertisement' }, body });
    await mkdir(fixture.directories.mirrors, { recursive: true });
    await expect(
      fixture.archive.archive({ repo: `${server.url}/team/evil`, ref: id, withSubmodules: false }, fixture.options),
    ).rejects.toMatchObject({ errorType: 'RepositoryAccessError' });
    server.fault = () => undefined;
  });
});
