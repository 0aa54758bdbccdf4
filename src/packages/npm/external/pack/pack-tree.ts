import { rm } from 'node:fs/promises';
import { comparePaths, encodePath, END_OF_TAR, padding, tarHeader, type TreeEntry } from '../../../../archive/index.js';
import { runInThread, ThreadError } from '../../../../concurrency/index.js';
import { InvalidFileFormat, UnsupportedFeature, ValidationError } from '../../../../errors/index.js';
import type { SourceTree } from '../../../../source/index.js';
import type { JsonObject } from '../../lockfile/json.js';
import { quote } from '../../../quote.js';
import { gzipped } from '../gzipped.js';
import { bundledNames } from './package-fields.js';
import { type Placeholders, writePlaceholders } from './placeholders.js';
import type { Selection } from './select-files.js';

/** A package to pack. */
export interface PackageTree {
  tree: SourceTree;
  /** Its `package.json`. */
  manifest: JsonObject;
  /** What `package.json` is to be in the archive. */
  text: Buffer;
  /** The dependency, for messages. */
  owner: string;
}

/** 1985-10-26T08:15:00Z, the time that npm gives every file. Seconds. */
const MODIFIED = 499_162_500;
export interface PackLimits {
  /** Milliseconds for the selection; real packages take a tenth of a second. */
  timeout: number;
  /** MiB for the same. */
  memoryLimit: number;
  /** Bytes of the files together. */
  content: number;
}

export const PACK_LIMITS: PackLimits = { timeout: 120_000, memoryLimit: 512, content: 2 * 1024 ** 3 };

/**
 * The archive that `npm pack` would make of a tree, but for `package.json`: a gzip stream, the same for the same files.
 * `directory` is empty and may be used; it is removed. Throws `ValidationError` when it is too much,
 * `InvalidFileFormat` when npm could not pack it, `UnsupportedFeature` when it cannot be packed here.
 */
export async function packTree(
  pack: PackageTree,
  directory: string,
  signal: AbortSignal,
  limits = PACK_LIMITS,
): Promise<AsyncIterable<Uint8Array>> {
  const entries = await selectEntries(pack, directory, signal, limits).finally(() =>
    rm(directory, { recursive: true, force: true }),
  );
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limits.content) {
    throw new ValidationError(`The git dependency ${pack.owner} is too large to be packed: ${size} bytes.`);
  }
  return gzipped(tarText(pack, entries));
}

/** What goes into the archive, in its order. */
async function selectEntries(
  { tree, manifest, owner }: PackageTree,
  directory: string,
  signal: AbortSignal,
  limits: PackLimits,
): Promise<TreeEntry[]> {
  const placeholders = await writePlaceholders(tree, directory, owner);
  refuseLinkedBundles(manifest, placeholders, owner);
  const { files, executables } = await select(directory, owner, signal, limits);
  const makeExecutable = new Set(executables);
  const entries = files
    .map((path) => placeholders.files.get(path))
    .filter((entry) => entry !== undefined)
    .map((entry): TreeEntry => (makeExecutable.has(entry.path) ? { ...entry, type: 'executable' } : entry));
  for (const { path } of entries) refuseMangled(path, owner);
  return entries.sort((one, other) => comparePaths(one.path, other.path));
}

async function select(
  directory: string,
  owner: string,
  signal: AbortSignal,
  { timeout, memoryLimit }: PackLimits,
): Promise<Selection> {
  try {
    return await runInThread<Selection>(
      new URL('./select-files.js', import.meta.url),
      'selectFiles',
      directory,
      { signal, timeout, memoryLimit },
    );
  } catch (error) {
    if (!(error instanceof ThreadError)) throw error;
    if (error.errorName === 'TimeoutError' || error.errorName === 'OutOfMemory') {
      throw new ValidationError(
        `The files of the git dependency ${owner} cannot be selected: its patterns are too complex.`,
      );
    }
    throw new InvalidFileFormat(
      `The files of the git dependency ${owner} cannot be selected: npm fails on its package.json or ignore files.`,
      { cause: error },
    );
  }
}

/** npm packs what such a link leads to under the name of the link. */
function refuseLinkedBundles(manifest: JsonObject, { links }: Placeholders, owner: string): void {
  const isLinked = (name: string): boolean => links.has('node_modules') || links.has(`node_modules/${name}`);
  const linked = bundledNames(manifest).find(isLinked);
  if (linked === undefined) return;
  throw new UnsupportedFeature(
    `The git dependency ${owner} bundles ${quote(linked)}, which is a symbolic link in its repository. ` +
      'Bundled dependencies must be committed as files.',
  );
}

function refuseMangled(path: string, owner: string): void {
  if (encodePath(path).toString('utf8') === path) return;
  throw new UnsupportedFeature(
    `The git dependency ${owner} packs the file ${quote(path)}, whose name is not UTF-8. npm cannot pack it either.`,
  );
}

async function* tarText({ tree, text }: PackageTree, entries: readonly TreeEntry[]): AsyncGenerator<Uint8Array> {
  for (const { path, type, size } of entries) {
    const isManifest = path === 'package.json';
    const length = isManifest ? text.length : size;
    yield tarHeader({ path: `package/${path}`, type, size: length, modified: MODIFIED });
    if (isManifest) yield text;
    else if (size > 0) yield* await tree.open(path);
    yield padding(length);
  }
  yield END_OF_TAR;
}
