/**
 * Time to put a bundle of 5,000 text files and 1,500 archives together when everything is stored, against `tar czf` of
 * the same tree and against a program that reads and writes the same bytes.
 *
 *     node --import ./test/support/typescript.mjs bench/bundle.ts
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { comparePaths, type TarSegment, TarSegmentWriter } from '../src/archive/index.js';
import { BundleFiles } from '../src/bundles/bundle-files.js';
import { planArtifacts } from '../src/bundles/recipe/plan-artifacts.js';
import { planTree } from '../src/bundles/recipe/plan-tree.js';
import { serialiseRecipe } from '../src/bundles/recipe/recipe.js';
import type { PlacedArtifact } from '../src/packages/index.js';
import { FilesystemBlobStore } from '../src/store/index.js';

const RUNS = 5;
const TEXT_FILES = 5000;
/** Bytes: such files have about 11 KB on average, as sources have. */
const SMALLEST_TEXT = 3000;
const LARGEST_TEXT = 60_000;
const ARCHIVES = 1500;
const ARCHIVE_BYTES = 196_608;
const MODIFIED = 1_700_000_000;

interface Tree {
  root: string;
  /** Below `app/` and `deps/`, sorted. */
  texts: string[];
  archives: string[];
}

const scratch = await mkdtemp(join(tmpdir(), 'cachito-bench-bundle-'));
try {
  const tree = await makeTree(join(scratch, 'tree'));
  const stored = await storeTree(tree);
  const times = {
    'tar czf': [] as number[],
    'read and write': [] as number[],
    bundle: [] as number[],
    'bundle after a restart': [] as number[],
  };
  const sizes = { tar: 0, bundle: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const tarball = join(scratch, 'tree.tar.gz');
    times['tar czf'].push(await timed(() => execa('tar', ['-czf', tarball, '-C', tree.root, 'app', 'deps'])));
    sizes.tar = (await stat(tarball)).size;
    times['read and write'].push(await timed(() => readAndWrite(tree, join(scratch, 'copy'))));
    times.bundle.push(await timed(async () => (sizes.bundle = await bundle(stored, stored.archive))));
    await rm(join(scratch, 'bundles'), { recursive: true });
    const restarted = new FilesystemBlobStore(join(scratch, 'sources'));
    times['bundle after a restart'].push(await timed(() => bundle(stored, restarted)));
    await rm(join(scratch, 'bundles'), { recursive: true });
  }
  report(times, sizes);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function report(times: Record<string, number[]>, sizes: { tar: number; bundle: number }): void {
  const medians = Object.fromEntries(Object.entries(times).map(([name, runs]) => [name, median(runs)]));
  for (const [name, runs] of Object.entries(times)) {
    console.log(`${name}: median ${medians[name]?.toFixed(2)} s of ${runs.map((time) => time.toFixed(2)).join(' ')}`);
  }
  const { bundle = NaN, 'tar czf': tar = NaN, 'read and write': copy = NaN } = medians;
  target('faster than tar czf', tar / bundle, '>=', 10);
  target('against reading and writing', bundle / copy, '<=', 1.6);
  target('size against tar czf', sizes.bundle / sizes.tar, '<=', 1.02);
  console.log(
    `size: ${(sizes.bundle / 1e6).toFixed(1)} MB; peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  );
}

function target(name: string, ratio: number, relation: '<=' | '>=', limit: number): void {
  const met = relation === '<=' ? ratio <= limit : ratio >= limit;
  console.log(`${name}: ratio ${ratio.toFixed(2)}, target ${relation} ${limit}: ${met ? 'met' : 'MISSED'}`);
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Real text, from the packages that this project has installed, and archives of random bytes. */
async function makeTree(root: string): Promise<Tree> {
  const texts: string[] = [];
  let bytes = 0;
  for await (const file of textFiles('node_modules')) {
    const { size } = await stat(file);
    if (size < SMALLEST_TEXT || size > LARGEST_TEXT) continue;
    const path = `${String(texts.length % 50).padStart(2, '0')}/${texts.length}-${file.split('/').at(-1)}`;
    await mkdir(join(root, 'app', dirname(path)), { recursive: true });
    await copyFile(file, join(root, 'app', path));
    bytes += size;
    if (texts.push(path) === TEXT_FILES) break;
  }
  await mkdir(join(root, 'deps', 'npm'), { recursive: true });
  const archives = Array.from({ length: ARCHIVES }, (_, at) => `npm/${String(at).padStart(4, '0')}.tgz`);
  for (const path of archives) await writeFile(join(root, 'deps', path), randomBytes(ARCHIVE_BYTES));
  console.log(
    `${texts.length} text files, ${(bytes / 1e6).toFixed(1)} MB; ${ARCHIVES} archives, ${((ARCHIVES * ARCHIVE_BYTES) / 1e6).toFixed(1)} MB`,
  );
  return { root, texts: texts.sort(comparePaths), archives };
}

async function* textFiles(directory: string): AsyncGenerator<string> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* textFiles(path);
    else if (entry.isFile() && /\.(js|mjs|ts|md|json)$/.test(entry.name)) yield path;
  }
}

interface Stored {
  archive: FilesystemBlobStore;
  segments: TarSegment[];
  artifacts: PlacedArtifact[];
}

/** What the service has done by the time that a bundle is asked for. */
async function storeTree(tree: Tree): Promise<Stored> {
  const archive = new FilesystemBlobStore(join(scratch, 'sources'));
  const writer = new TarSegmentWriter({ store: (content) => archive.put(content), modified: MODIFIED });
  const segments: TarSegment[] = [];
  for (const path of tree.texts) {
    const file = join(tree.root, 'app', path);
    segments.push(
      ...(await writer.addEntry({ path, type: 'file', size: (await stat(file)).size }, createReadStream(file))),
    );
  }
  segments.push(...(await writer.finish()));
  const artifacts: PlacedArtifact[] = [];
  for (const path of tree.archives) {
    const { sha256, size } = await archive.put(createReadStream(join(tree.root, 'deps', path)));
    const key = { ecosystem: 'npm', name: path, version: '1', upstream: 'https://registry.example/' };
    artifacts.push({
      path,
      artifact: { ...key, id: artifacts.length + 1, sha256, size, digests: {}, verifiedBy: 'none' },
    });
  }
  return { archive, segments, artifacts };
}

/** What `BundleBuilder` does, without its one row in the database. Returns the size. */
async function bundle({ segments, artifacts }: Stored, archive: FilesystemBlobStore): Promise<number> {
  const files = new BundleFiles(archive, new FilesystemBlobStore(join(scratch, 'bundles'), 'rebuildable'));
  const recipe = await archive.put(serialiseRecipe(pieces(segments, artifacts, archive)));
  return (await files.assemble(recipe.sha256, {})).size;
}

async function* pieces(segments: TarSegment[], artifacts: PlacedArtifact[], archive: FilesystemBlobStore) {
  const tree = {
    segments: each(segments),
    gitDirectory: undefined,
    edits: [],
    drop: new Set<string>(),
    modified: MODIFIED,
  };
  yield* planTree(tree, archive);
  yield* planArtifacts(artifacts, MODIFIED, archive);
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function readAndWrite({ root, texts, archives }: Tree, target: string): Promise<void> {
  const copy = await open(target, 'w');
  try {
    for (const path of texts) await copy.write(await readFile(join(root, 'app', path)));
    for (const path of archives) await copy.write(await readFile(join(root, 'deps', path)));
  } finally {
    await copy.close();
  }
}
