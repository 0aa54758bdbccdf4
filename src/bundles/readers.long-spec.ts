import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { itWithTool } from '../../test/support/tools.js';
import { type TarSegment, TarSegmentWriter } from '../archive/index.js';
import {
  decompressionStream,
  gunzipStream,
  listUnpacked,
  listWithGo,
  listWithNodeTar,
  listWithPython,
  listWithTarStream,
  scratchPath,
} from './__fixtures__/readers.js';
import { COMMIT_TIME, each, noise, openStores, type Tree } from './__fixtures__/trees.js';
import { expectation, inNameOrder, withoutParents, writeBundle } from './__fixtures__/written-bundle.js';
import { assemble } from './recipe/assemble.js';
import { planArtifacts } from './recipe/plan-artifacts.js';
import { planTree } from './recipe/plan-tree.js';

const MIB = 1024 * 1024;
const LONG = 600_000;

let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

describe('a bundle with large files is read whole by', () => {
  const tree: Tree = { 'large.bin': noise(110 * MIB), small: 'small', 'zeros.bin': Buffer.alloc(110 * MIB) };
  const artifacts = { 'large.tgz': noise(110 * MIB + 1) };
  const expected = expectation(tree, artifacts);
  let bundle: string;
  beforeAll(async () => {
    bundle = await writeBundle(stores, 'large.tar.gz', tree, artifacts);
  }, LONG);

  it('tar-stream', async () => expect(await listWithTarStream(gunzipStream(bundle))).toEqual(expected), LONG);
  it(
    'DecompressionStream',
    async () => expect(await listWithTarStream(decompressionStream(bundle))).toEqual(expected),
    LONG,
  );
  it('node-tar', async () => expect(await listWithNodeTar(bundle)).toEqual(expected), LONG);
  itWithTool('python3', 'Python', async () => expect(await listWithPython('r:gz', bundle)).toEqual(expected), LONG);
  itWithTool(
    'python3',
    'Python as a stream',
    async () => expect(await listWithPython('r|gz', bundle)).toEqual(expected),
    LONG,
  );
  itWithTool('go', 'Go, a single member only', async () => expect(await listWithGo(bundle)).toEqual(expected), LONG);
  for (const command of ['tar', 'bsdtar']) {
    const unpack = async (): Promise<void> => {
      const unpacked = await listUnpacked(
        command,
        ['--no-same-owner', '-p'],
        bundle,
        scratchPath(stores.root, command),
      );
      expect(withoutParents(unpacked, expected)).toEqual(inNameOrder(expected));
    };
    itWithTool(command, command, unpack, LONG);
  }
});

describe('a file beyond 8 GiB', () => {
  const SIZE = 8 * 1024 * MIB + 5;

  itWithTool(
    'tar',
    'goes through without being held in memory, and keeps its size',
    async () => {
      let highest = 0;
      const zeros = async function* (): AsyncGenerator<Uint8Array> {
        const chunk = Buffer.alloc(MIB);
        for (let left = SIZE; left > 0; left -= MIB) {
          yield chunk.subarray(0, Math.min(left, MIB));
          highest = Math.max(highest, process.memoryUsage().rss);
        }
      };
      const before = process.memoryUsage().rss;
      const writer = new TarSegmentWriter({ store: (content) => stores.archive.put(content), modified: COMMIT_TIME });
      const segments: TarSegment[] = await writer.addEntry({ path: 'huge', type: 'file', size: SIZE }, zeros());
      segments.push(...(await writer.finish()));
      expect(segments.map(({ length }) => length)).toEqual([3 * 512 + SIZE + (512 - 5)]);

      const bundle = scratchPath(stores.root, 'huge');
      const pieces = async function* () {
        const tree = {
          segments: each(segments),
          gitDirectory: undefined,
          edits: [],
          drop: new Set<string>(),
          modified: COMMIT_TIME,
        };
        yield* planTree(tree, stores.archive);
        yield* planArtifacts([], COMMIT_TIME, stores.archive);
      };
      await pipeline(assemble(pieces(), stores.archive), createWriteStream(bundle));
      expect(highest - before).toBeLessThan(512 * MIB);

      // Reads every byte, so gzip's own checks of length and CRC-32 are part of it.
      const { stdout } = await execa('tar', ['-tvzf', bundle], { env: { TZ: 'UTC' } });
      expect(stdout.split('\n').map((line) => line.split(/\s+/)[2])).toEqual(['0', String(SIZE), '0']);
    },
    LONG,
  );
});
