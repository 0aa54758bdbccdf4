import { readFileSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Artifact } from '../../dependencies/index.js';
import { type ExtractedModule, ExtractedModules } from './extracted-modules.js';

function module(path: string, h1: string | undefined): ExtractedModule {
  return { path, version: 'v1.0.0', artifact: { digests: h1 === undefined ? {} : { h1 } } as unknown as Artifact };
}

const LIB = module('example.org/Lib', 'aa'.repeat(32));

const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

let root: string;
let extracted: ExtractedModules;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'extracted-'));
  extracted = new ExtractedModules(join(root, 'shared'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function unpack(cache: string, text: string): Promise<string> {
  const directory = join(root, cache, 'example.org/!lib@v1.0.0');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'lib.go'), text);
  return directory;
}

it('what one request has unpacked is there for the next', async () => {
  const first = await unpack('first', 'package lib');
  await extracted.adopt([LIB, module('example.org/none', 'bb'.repeat(32)), module('example.org/unnamed', undefined)], join(root, 'first'));
  await expect(lstat(first)).rejects.toThrow();
  await extracted.link(LIB, join(root, 'second'));
  await extracted.link(LIB, join(root, 'second'));
  expect(await readFile(join(root, 'second/example.org/!lib@v1.0.0/lib.go'), 'utf8')).toBe('package lib');
  // What is linked is not taken over again, and what is there stays.
  await extracted.adopt([LIB], join(root, 'second'));
  await unpack('third', 'other');
  await extracted.adopt([LIB], join(root, 'third'));
  expect(await readlink(join(root, 'second/example.org/!lib@v1.0.0'))).toBe(join(root, 'shared', BOOT, 'aa'.repeat(32)));
  expect(await readFile(join(root, 'second/example.org/!lib@v1.0.0/lib.go'), 'utf8')).toBe('package lib');
});

it('nothing is linked that is not there', async () => {
  await extracted.link(LIB, join(root, 'first'));
  await expect(readdir(join(root, 'first'))).rejects.toThrow();
});

it('what was not used for long is removed in the end', async () => {
  const old = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  for (const name of [`${BOOT}/new`, `${BOOT}/old`, 'earlier', 'recent']) {
    await mkdir(join(root, 'shared', name), { recursive: true });
    if (!name.endsWith('new') && name !== 'recent') await utimes(join(root, 'shared', name), old, old);
  }
  await extracted.sweep(Date.now() + 2 * 60 * 60 * 1000);
  expect((await readdir(join(root, 'shared'))).sort()).toEqual([BOOT, 'recent'].sort());
  expect(await readdir(join(root, 'shared', BOOT))).toEqual(['new']);
});
