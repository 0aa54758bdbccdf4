import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../test/support/tools.js';
import { encodePath } from '../archive/index.js';
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
import { editsFromFiles, noise, openStores, type Tree } from './__fixtures__/trees.js';
import { expectation, inNameOrder, withoutParents, writeBundle } from './__fixtures__/written-bundle.js';

/** Everything that a repository may hold and every reader must see. */
const TREE: Tree = {
  empty: '',
  'text.txt': 'text\r\n',
  run: { executable: '#!/bin/sh\n' },
  'big.bin': noise(2_500_000),
  'zeros.bin': Buffer.alloc(1_500_000),
  submodule: { directory: true },
  link: { link: 'text.txt' },
  'link to nowhere': { link: '../outside' },
  'long link': { link: 'target/'.repeat(30) },
  'ümlaut/日本語/😀': 'names',
  [`${'directory/'.repeat(20)}name`]: 'split or pax',
  [`long/${'n'.repeat(200)}`]: 'pax',
  [`ä/${'ö'.repeat(100)}`]: 'pax, not ASCII',
  'line\nfeed': 'x',
  ...Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`many/${at}.txt`, `file ${at}\n`.repeat(at)])),
};
/** Readers that decode names cannot show these. */
const NOT_UTF8: Tree = {
  'latin\udce9': 'one',
  [`${'long'.repeat(30)}\udcff`]: 'two',
  'link\udce9': { link: 'latin\udce9' },
};

let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

describe('a bundle is read whole by', () => {
  const artifacts = {
    'npm/a.tgz': noise(300_000),
    'npm/b.tgz': noise(65_535),
    'npm/c.tgz': Buffer.alloc(0),
    [`pip/${'ü'.repeat(60)}`]: noise(5),
  };
  const vendored: Tree = {
    'vendor/a/large.bin': noise(2_300_000),
    'vendor/b/tool': { executable: '#!/bin/sh\n' },
    ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`vendor/c/${at}.go`, `package c${at}\n`.repeat(at)])),
  };
  const generated = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`npm/${at}/@v/list`, Buffer.from(`v1.${at}.0\n`.repeat(at))]),
  );
  const expected = expectation({ ...TREE, ...vendored }, { ...artifacts, ...generated });
  let bundle: string;
  beforeAll(async () => {
    bundle = await writeBundle(stores, 'bundle.tar.gz', TREE, artifacts, {
      edits: await editsFromFiles(stores.root, vendored),
      generated: Object.entries(generated).map(([path, content]) => ({ path, content })),
    });
  });

  it('tar-stream', async () => expect(await listWithTarStream(gunzipStream(bundle))).toEqual(expected));
  it('DecompressionStream', async () => expect(await listWithTarStream(decompressionStream(bundle))).toEqual(expected));
  it('node-tar', async () => expect(await listWithNodeTar(bundle)).toEqual(expected));
  itWithTool('python3', 'Python', async () => expect(await listWithPython('r:gz', bundle)).toEqual(expected));
  itWithTool('python3', 'Python as a stream', async () =>
    expect(await listWithPython('r|gz', bundle)).toEqual(expected),
  );
  itWithTool('go', 'Go, a single member only', async () => expect(await listWithGo(bundle)).toEqual(expected));

  for (const [tool, command, args] of [
    ['GNU tar', 'tar', ['--gzip', '--no-same-owner', '-p']],
    ['bsdtar', 'bsdtar', ['--no-same-owner', '-p']],
  ] as const) {
    itWithTool(command, tool, async () => {
      const unpacked = await listUnpacked(command, [...args], bundle, scratchPath(stores.root, tool));
      expect(withoutParents(unpacked, expected)).toEqual(inNameOrder(expected));
    });
  }
});

describe('names that are not UTF-8 come back byte for byte from', () => {
  const expected = expectation(NOT_UTF8, {});
  let bundle: string;
  beforeAll(async () => {
    bundle = await writeBundle(stores, 'bytes.tar.gz', NOT_UTF8, {});
  });

  itWithTool('python3', 'Python', async () => expect(await listWithPython('r|gz', bundle)).toEqual(expected));
  itWithTool('go', 'Go', async () => expect(await listWithGo(bundle)).toEqual(expected));
  itWithTool('tar', 'GNU tar', async () => {
    const unpacked = await listUnpacked('tar', ['--gzip', '-p'], bundle, scratchPath(stores.root, 'bytes'));
    expect(withoutParents(unpacked, expected)).toEqual(inNameOrder(expected));
    expect(unpacked.map(([name]) => name)).toContain(encodePath('app/latin\udce9').toString('hex'));
  });
});
