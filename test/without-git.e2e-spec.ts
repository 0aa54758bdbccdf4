import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type GitRepository, GitServer } from './support/git-server.js';
import { treeOfCommit, treeOfDirectory } from './support/git-tree.js';
import { serveOwnRepository } from './support/own-repository.js';
import { Service } from './support/service.js';

/** On a machine without git, isomorphic-git serves small public repositories and refuses the rest clearly. */
describe('a service without git on its PATH', () => {
  let gitServer: GitServer;
  let service: Service;
  let scratch: string;
  let own: { repository: GitRepository; commit: string };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-without-git-'));
    gitServer = await GitServer.start();
    own = await serveOwnRepository(gitServer);
    service = await Service.start({ PATH: scratch });
  });

  afterAll(async () => {
    await service?.close();
    await gitServer?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  it('says at its start what it uses instead', async () => {
    await service.logged('isomorphic-git');
  });

  it('archives the same tree', async () => {
    const request = await service.complete({ repo: own.repository.url, ref: own.commit, pkg_managers: [] });
    await writeFile(join(scratch, 'bundle.tar.gz'), (await service.download(request.id)).bytes);
    await execa('tar', ['-xzf', 'bundle.tar.gz'], { cwd: scratch });
    expect(await treeOfDirectory(join(scratch, 'app'))).toEqual(await treeOfCommit(own.repository.directory, own.commit));
  });

  it('archives submodules', async () => {
    const library = await gitServer.createRepository('team/library.git');
    const pinned = await library.commit({ files: { 'library.c': 'int x;\n' } });
    const app = await gitServer.createRepository('team/app.git');
    const ref = await app.commit({
      files: { '.gitmodules': '[submodule "library"]\n\tpath = lib\n\turl = ../library.git\n', lib: { gitlink: pinned } },
    });
    const request = await service.complete({ repo: app.url, ref, pkg_managers: ['git-submodule'] });
    expect(request.packages.map(({ version }) => version)).toEqual([`../library.git#${pinned}`]);
  });

  it.each([
    ['a commit that does not exist', { ref: 'f'.repeat(40) }, /commit/],
    ['history', { flags: ['include-git-dir'] }, /git/],
  ])('refuses %s clearly', async (_, body, message) => {
    const created = await service.create({ repo: own.repository.url, ref: own.commit, pkg_managers: [], ...body });
    const request = await service.finish(created.id);
    expect(request).toMatchObject({ state: 'failed', error_origin: 'client' });
    expect(request.state_reason).toMatch(message);
  });

  it('refuses a pack above the cap, and says what to do', async () => {
    const large = await gitServer.createRepository('team/large.git');
    const ref = await large.commit({ files: { 'noise-1.bin': randomBytes(60_000_000), 'noise-2.bin': randomBytes(60_000_000) } });
    const created = await service.create({ repo: large.url, ref, pkg_managers: [] });
    const request = await service.finish(created.id);
    expect(request).toMatchObject({ state: 'failed', error_type: 'UnsupportedFeature' });
    expect(request.state_reason).toMatch(/git/);
    expect((await service.fetch('/healthcheck')).status).toBe(200);
  });
});
