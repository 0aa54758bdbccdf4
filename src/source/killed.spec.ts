import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitServer } from '../../test/support/git-server.js';
import { filesBelow, openSources, type SourceFixture, unpack } from '../../test/support/source-fixture.js';

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), '../../test/support/archive-child.mjs');

describe('A process killed while it archives', () => {
  let server: GitServer;
  let fixture: SourceFixture;
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`file-${at}`, `${at}`.repeat(50_000)]));

  beforeAll(async () => {
    server = await GitServer.start();
    fixture = await openSources();
  });
  afterAll(async () => {
    await fixture.close();
    await server.stop();
  });

  function child(repo: string, ref: string, stop: string): ChildProcess {
    return spawn(process.execPath, [SCRIPT, fixture.database.url, fixture.directories.data, repo, ref, stop], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function killed(process: ChildProcess): Promise<void> {
    process.kill('SIGKILL');
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  }

  async function expectArchived(repo: string, ref: string): Promise<void> {
    const source = await fixture.archive.archive({ repo, ref, withSubmodules: false }, fixture.options);
    const directory = await unpack(fixture, fixture.archive.segments(source));
    expect(await filesBelow(join(directory, 'app'))).toEqual(files);
    await rm(directory, { recursive: true });
    expect((await readdir(fixture.directories.mirrors)).filter((name) => /[^0-9a-f]/.test(name))).toEqual([]);
  }

  it('in the middle of a fetch leaves nothing that stands in the way', async () => {
    const repository = await server.createRepository('killed/fetch');
    const ref = await repository.commit({ files });
    const process = child(repository.url, ref, 'never');
    await new Promise<void>((resolve) => {
      server.fault = (request) => {
        if (request.method !== 'POST') return undefined;
        resolve();
        return 'hang';
      };
    });
    await killed(process);
    server.fault = () => undefined;
    await expectArchived(repository.url, ref);
  });

  it('in the middle of storing leaves nothing that stands in the way', async () => {
    const repository = await server.createRepository('killed/store');
    const ref = await repository.commit({ files });
    const process = child(repository.url, ref, 'store');
    await once(process.stdout ?? process, 'data');
    await killed(process);
    await expectArchived(repository.url, ref);
  });

  it('and two processes at once make one fetch', async () => {
    const repository = await server.createRepository('killed/both');
    const ref = await repository.commit({ files });
    server.requests.length = 0;
    server.fault = () => ({ delay: 50 });
    const process = child(repository.url, ref, 'never');
    const ended = once(process, 'exit');
    await expectArchived(repository.url, ref);
    expect(await ended).toEqual([0, null]);
    expect(server.fetches).toBe(1);
    server.fault = () => undefined;
  });
});
