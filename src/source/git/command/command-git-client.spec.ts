import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitServer } from '../../../../test/support/git-server.js';
import type { Remote } from '../../remote/remote.js';
import { describeGitClient } from '../git-client.compliance.js';
import { CommandGitClient } from './command-git-client.js';

describeGitClient('CommandGitClient', (settings) => new CommandGitClient(settings));

describe('Histories that are fetched one after the other', () => {
  const COMMITS = 53;
  const options = { signal: new AbortController().signal };
  let server: GitServer;
  let directory: string;
  beforeAll(async () => {
    server = await GitServer.start();
    directory = await mkdtemp(join(tmpdir(), 'git-history-'));
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('hold commits only, and are put together from many packs', async () => {
    const repository = await server.createRepository('team/app.git');
    const client = new CommandGitClient({ timeout: 60_000, home: directory });
    const { port, url } = server;
    const remote: Remote = { transport: 'http', url: `${url}/team/app.git`, host: '127.0.0.1', port, addresses: ['127.0.0.1'], authorization: undefined };
    await client.initialize(directory, options);
    const commits: string[] = [];
    for (let at = 0; at < COMMITS; at += 1) {
      const commit = await repository.commit({ files: { a: `${at}` } });
      commits.push(commit);
      await client.fetchHistory(directory, remote, commit, options);
    }
    const packs = (await readdir(join(directory, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
    expect(packs.length).toBeLessThan(10);
    for (const commit of [commits[10] ?? '', commits.at(-1) ?? '']) {
      const expected = commits.slice(0, commits.indexOf(commit) + 1);
      expect(await client.ancestorsAmong(directory, commit, new Set(commits), options)).toEqual(new Set(expected));
    }
    await expect(client.listTree(directory, commits[0] ?? '', options)[Symbol.asyncIterator]().next()).rejects.toThrow();
  });
});
