/**
 * Peak memory and event loop delay of a process that archives a large repository: 1 GB by the git command, and 90 MB
 * by isomorphic-git in its thread. Files, server and database are in other processes.
 *
 *     node --import ./test/support/typescript.mjs bench/source-memory.ts
 *
 * isomorphic-git runs from `dist/`: build first.
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { CommandGitClient } from '../src/source/git/command/command-git-client.js';
import { IsomorphicGitClient } from '../src/source/git/isomorphic/isomorphic-git-client.js';
import { git, GitServer } from '../test/support/git-server.js';
import { peakMemory } from '../test/support/memory.js';
import { openSources } from '../test/support/source-fixture.js';
import { texts } from './source-texts.js';

const MEGABYTE = 1e6;
const CLIENTS = {
  'git command': { client: CommandGitClient, megabytes: 1000, targetMemory: 400 },
  'isomorphic-git': { client: IsomorphicGitClient, megabytes: 90, targetMemory: undefined },
} as const;
const TARGET_DELAY = 50;

const [name, url = '', ref = ''] = process.argv.slice(2);
if (name === 'git command' || name === 'isomorphic-git') await measure(name, url, ref);
else await compare();

async function compare(): Promise<void> {
  const server = await GitServer.start();
  try {
    for (const [client, { megabytes, targetMemory }] of Object.entries(CLIENTS)) {
      const repository = await largeRepository(server, megabytes);
      const script = ['--import', './test/support/typescript.mjs', fileURLToPath(import.meta.url)];
      const { stdout } = await execa(process.execPath, [...script, client, repository.url, repository.ref], { stderr: 'inherit' });
      console.log(`${client}, ${megabytes} MB: ${stdout}`);
      console.log(`  targets: ${targetMemory === undefined ? '' : `memory < ${targetMemory} MB, `}event loop delay <= ${TARGET_DELAY} ms`);
    }
  } finally {
    await server.stop();
  }
}

/** Half of it random, half of it text, in files of about 1 MB. */
async function largeRepository(server: GitServer, megabytes: number): Promise<{ url: string; ref: string }> {
  const { directory, url } = await server.createRepository(`bench/large-${megabytes}`);
  const files = await mkdtemp(join(tmpdir(), 'cachito-bench-large-'));
  try {
    const text = Buffer.from(Object.values(texts(200, 1)).join('\n')).subarray(0, MEGABYTE);
    for (let at = 0; at < megabytes; at += 1) {
      await mkdir(join(files, `d${at % 20}`), { recursive: true });
      const content = at % 2 === 0 ? randomBytes(MEGABYTE) : Buffer.concat([randomBytes(8), text.subarray(at * 100), text.subarray(0, at * 100)]);
      await writeFile(join(files, `d${at % 20}`, `file-${at}`), content);
    }
    const workTree = [`--git-dir=${directory}`, `--work-tree=${files}`, '-c', 'core.compression=1', '-c', 'core.bare=false'];
    await git(files, [...workTree, 'add', '-A']);
    await git(files, [...workTree, 'commit', '-q', '-m', 'Large']);
    return { url, ref: await git(files, [...workTree, 'rev-parse', 'HEAD']) };
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

async function measure(client: keyof typeof CLIENTS, repo: string, commit: string): Promise<void> {
  const fixture = await openSources({ client: (settings) => new CLIENTS[client].client(settings) });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const before = await peakMemory('self');
  delay.enable();
  const begun = performance.now();
  await fixture.archive.archive({ repo, ref: commit, withSubmodules: false }, fixture.options);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  delay.disable();
  const [max, p99] = [delay.max, delay.percentile(99)].map((value) => (value / 1e6).toFixed(0));
  console.log(`${seconds} s, peak memory ${await peakMemory('self')} MB (${before} MB before), event loop delay max ${max} ms, p99 ${p99} ms`);
  await fixture.close();
}
