import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { git, type GitRepository, GitServer } from './support/git-server.js';
import { serveOwnRepository } from './support/own-repository.js';
import { treeOfCommit, treeOfDirectory } from './support/git-tree.js';
import { Service } from './support/service.js';

/** What the README promises: start, post a commit, watch it, download exactly that source. */
describe('the first request', () => {
  let gitServer: GitServer;
  let service: Service;
  let scratch: string;
  let own: { repository: GitRepository; commit: string };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-first-'));
    gitServer = await GitServer.start();
    own = await serveOwnRepository(gitServer);
    service = await Service.start();
  });

  afterAll(async () => {
    await service?.close();
    await gitServer?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  async function unpack(bytes: Buffer, name: string): Promise<string> {
    const directory = await mkdtemp(join(scratch, `${name}-`));
    await writeFile(join(directory, 'bundle.tar.gz'), bytes);
    await execa('tar', ['-xzf', 'bundle.tar.gz'], { cwd: directory });
    return directory;
  }

  it('hands back exactly the tree of the commit: bytes, modes, links', async () => {
    const request = await service.complete({ repo: own.repository.url, ref: own.commit, pkg_managers: [] });
    expect(request.state_reason).toBe('Completed successfully');
    expect(request.state_history.at(-1)?.state_reason).toBe('The request was initiated');

    const { response, bytes } = await service.download(request.id);
    expect(response.headers.get('content-type')).toBe('application/gzip');
    const digest = createHash('sha256').update(bytes).digest();
    expect(response.headers.get('digest')).toBe(`sha-256=${digest.toString('base64')}`);
    expect(response.headers.get('etag')).toBe(`"${digest.toString('hex')}"`);

    const directory = await unpack(bytes, 'own');
    expect(await treeOfDirectory(join(directory, 'app'))).toEqual(await treeOfCommit(own.repository.directory, own.commit));
    expect((await readdir(directory)).sort()).toEqual(['app', 'bundle.tar.gz', 'deps']);
  });

  it('keeps odd names, links, empty files and executables as they are', async () => {
    const repository = await gitServer.createRepository('team/odd.git');
    const commit = await repository.commit({
      files: {
        empty: '',
        'bin/run': { content: '#!/bin/sh\n', executable: true },
        'crlf.txt': 'a\r\nb\r\n',
        '.gitattributes': '* text=auto eol=lf\n*.txt export-ignore\n',
        [`${'long/'.repeat(60)}name`]: 'deep',
        'naïve – file.txt': 'unicode',
        'line\u2028separator': 'ends no line of the index',
        'links/inside': { link: '../empty' },
        'links/dangling': { link: 'nowhere' },
        Case: 'upper',
        case: 'lower',
      },
    });
    const request = await service.complete({ repo: repository.url, ref: commit, pkg_managers: [] });
    const directory = await unpack((await service.download(request.id)).bytes, 'odd');
    expect(await treeOfDirectory(join(directory, 'app'))).toEqual(await treeOfCommit(repository.directory, commit));
  });

  it('archives submodules with relative and absolute addresses and reports them', async () => {
    const theme = await gitServer.createRepository('team/theme.git');
    const themeCommit = await theme.commit({ files: { 'theme.css': 'body {}\n' } });
    const tools = await gitServer.createRepository('other/tools.git');
    const toolsCommit = await tools.commit({ files: { 'tool.sh': { content: '#!/bin/sh\n', executable: true } } });
    const app = await gitServer.createRepository('team/app.git');
    const commit = await app.commit({
      files: {
        'main.txt': 'main\n',
        '.gitmodules': `[submodule "docs-theme"]\n\tpath = vendor/theme\n\turl = ../theme.git\n[submodule "tools"]\n\tpath = tools\n\turl = ${tools.url}\n`,
        'vendor/theme': { gitlink: themeCommit },
        tools: { gitlink: toolsCommit },
      },
    });
    const request = await service.complete({ repo: app.url, ref: commit, pkg_managers: ['git-submodule'] });
    expect(request.packages).toEqual([
      { dependencies: [], name: 'docs-theme', path: 'vendor/theme', type: 'git-submodule', version: `../theme.git#${themeCommit}` },
      { dependencies: [], name: 'tools', path: 'tools', type: 'git-submodule', version: `${tools.url}#${toolsCommit}` },
    ]);
    const directory = await unpack((await service.download(request.id)).bytes, 'submodules');
    expect(Object.keys(await treeOfDirectory(join(directory, 'app'))).sort()).toEqual(['.gitmodules', 'main.txt', 'tools/tool.sh', 'vendor/theme/theme.css']);

    const manifest = await (await service.fetch(`/api/v1/requests/${request.id}/content-manifest`)).json();
    expect((manifest as { image_contents: unknown[] }).image_contents).toHaveLength(2);
    const sbom = (await (await service.fetch(`/api/v1/sbom?requests=${request.id}`)).json()) as { components: { name: string }[] };
    expect(sbom.components.map(({ name }) => name).sort()).toEqual(['docs-theme', 'tools']);
  });

  it('serves a stored commit without its upstream, byte for byte the same, and resumes', async () => {
    const lone = await GitServer.start();
    const repository = await lone.createRepository('team/lone.git');
    const commit = await repository.commit({ files: { 'a.txt': 'a'.repeat(100_000), 'b.txt': 'b' } });
    const first = await service.complete({ repo: repository.url, ref: commit, pkg_managers: [] });
    const { bytes } = await service.download(first.id);
    await lone.stop();

    const second = await service.complete({ repo: repository.url, ref: commit, pkg_managers: [] });
    expect((await service.download(second.id)).bytes.equals(bytes)).toBe(true);

    await rm(join(service.dataDirectory, 'mirrors'), { recursive: true, force: true });
    await rm(join(service.dataDirectory, 'bundles'), { recursive: true, force: true });
    const rebuilt = await service.download(first.id);
    expect(rebuilt.bytes.equals(bytes)).toBe(true);

    const middle = Math.floor(bytes.length / 2);
    const rest = await service.download(first.id, { Range: `bytes=${middle}-` });
    expect(rest.response.status).toBe(206);
    expect(Buffer.concat([bytes.subarray(0, middle), rest.bytes]).equals(bytes)).toBe(true);
  });

  it('keeps history and tags with include-git-dir, so that git describe and git log work', async () => {
    const repository = await gitServer.createRepository('team/history.git');
    await repository.commit({ files: { 'a.txt': 'one\n' }, tags: ['v1.0.0'], message: 'First\n' });
    await repository.commit({ files: { 'a.txt': 'two\n' }, message: 'Second\n' });
    const commit = await repository.commit({ files: { 'a.txt': 'three\n' }, message: 'Third\n' });
    const request = await service.complete({ repo: repository.url, ref: commit, pkg_managers: [], flags: ['include-git-dir'] });
    const app = join(await unpack((await service.download(request.id)).bytes, 'history'), 'app');
    expect(await git(app, ['log', '--format=%s'])).toBe('Third\nSecond\nFirst');
    expect(await git(app, ['describe', '--tags'])).toBe(`v1.0.0-2-g${commit.slice(0, 7)}`);
    expect(await git(app, ['status', '--porcelain'])).toBe('');
  });
});
