import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runInThread } from '../../../concurrency/index.js';
import type { PackedToolchain, TreeSize } from './unpack-toolchain.js';

/** Written into a toolchain when it is complete: how much it holds. */
const MARKER = '.complete';
const UNPACKING = '.unpacking-';
/** Milliseconds after which nobody unpacks any more. */
const ABANDONED = 24 * 60 * 60 * 1000;
/** Milliseconds. It takes some seconds on a slow disk. */
const TIMEOUT = 10 * 60 * 1000;

const WORK = new URL('./unpack-toolchain.js', import.meta.url);
/** Those that were looked through since the process started. */
const verified = new Set<string>();

/**
 * Whether a toolchain lies there with everything that it was unpacked with: files that somebody deleted, or that a loss
 * of power cut off, are noticed the first time.
 */
export async function isComplete(directory: string, signal: AbortSignal): Promise<boolean> {
  const marker = await readFile(join(directory, MARKER), 'utf8').catch(() => undefined);
  if (marker === undefined) return false;
  if (!verified.has(directory)) {
    const size = await runInThread<TreeSize>(WORK, 'measureTree', directory, { signal, timeout: TIMEOUT });
    if (markerOf({ files: size.files - 1, bytes: size.bytes - Buffer.byteLength(marker) }) !== marker) return false;
    verified.add(directory);
  }
  return stat(join(directory, 'bin', 'go')).then(() => true, () => false);
}

/**
 * Puts a toolchain where it belongs: whole or not at all, whatever else happens on the host at the same time. `fetch`
 * writes its zip to a file. What lies there already is replaced unless it is complete.
 */
export async function installToolchain(
  directory: string,
  module: { name: string; version: string },
  fetch: (file: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const temporary = await mkdtemp(join(parent, UNPACKING));
  try {
    const zip = join(temporary, 'module.zip');
    await fetch(zip);
    const target = join(temporary, 'go');
    const work: PackedToolchain = { zip, ...module, target };
    const size = await runInThread<TreeSize>(WORK, 'unpackToolchain', work, { signal, timeout: TIMEOUT });
    await writeFile(join(target, MARKER), markerOf(size), { flag: 'wx' });
    await publish(target, directory, join(temporary, 'replaced'), signal);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A directory takes the place of another only if that is empty: who comes second finds the first one's. */
async function publish(from: string, to: string, aside: string, signal: AbortSignal): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
    if (await isComplete(to, signal)) return;
    // Another process may mend it, too, and be faster.
    await rename(to, aside).catch((failure: unknown) => {
      if (codeOf(failure) !== 'ENOENT') throw failure;
    });
    await publish(from, to, `${aside}-again`, signal);
  }
}

function codeOf(error: unknown): string {
  return String(Object(error).code);
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(UNPACKING)) continue;
    const found = await stat(join(parent, name)).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function markerOf({ files, bytes }: TreeSize): string {
  return JSON.stringify({ files, bytes });
}
