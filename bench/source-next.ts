/**
 * Time to archive the next commit of a repository whose last commit was archived, against a fresh `git clone --depth 1`
 * of the same commit (with its checkout, as files are what both give).
 *
 *     node --import ./test/support/typescript.mjs bench/source-next.ts
 */
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseRepository } from '../src/source/repository.js';
import { GitServer } from '../test/support/git-server.js';
import { openSources, type SourceFixture } from '../test/support/source-fixture.js';
import { texts } from './source-texts.js';

const FILES = 10_000;
const CHANGED = 20;
const RUNS = 5;
const TARGET = 5;

const server = await GitServer.start();
const fixture = await openSources();
const scratch = await mkdtemp(join(tmpdir(), 'cachito-bench-source-'));
try {
  const repository = await server.createRepository('bench/next.git');
  const files = texts(FILES, 1);
  const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  console.log(`${FILES} files, ${(bytes / 1e6).toFixed(0)} MB of text, ${CHANGED} changed by each commit; ${RUNS} runs, medians`);
  await archive(fixture, repository.url, await repository.commit({ files }));
  const clones: number[] = [];
  const fetches: number[] = [];
  const archives: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    Object.assign(files, texts(CHANGED, run + 2));
    const ref = await repository.commit({ files });
    const target = join(scratch, String(run));
    clones.push(await timed(() => execa('git', ['clone', '-q', '--depth', '1', repository.url, target])));
    fetches.push(await timed(() => fixture.mirrors.use(parseRepository(repository.url), ref, fixture.options, async () => undefined)));
    archives.push(await timed(() => archive(fixture, repository.url, ref)));
  }
  report('git clone --depth 1', clones);
  report('fetch into the mirror', fetches);
  report('read, check, deflate and store', archives);
  const whole = median(fetches) + median(archives);
  console.log(`fetch: ${(median(clones) / median(fetches)).toFixed(1)} times as fast as the clone (target ${TARGET})`);
  console.log(`with storing: ${(median(clones) / whole).toFixed(1)} times as fast as the clone`);
} finally {
  await fixture.close();
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function archive({ archive: sources, options }: SourceFixture, repo: string, ref: string): Promise<void> {
  await sources.archive({ repo, ref, withSubmodules: false }, options);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function report(name: string, times: number[]): void {
  console.log(`${name}: ${median(times).toFixed(0)} ms (${times.map((time) => time.toFixed(0)).join(', ')})`);
}

function median(values: number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
