import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePaths, type TarSegment } from '../../archive/index.js';
import { FileAccessError, ValidationError } from '../../errors/index.js';
import type { GeneratedFile, PlacedArtifact, SourceEdit } from '../../packages/index.js';
import type { FilesystemBlobStore } from '../../store/index.js';
import {
  archiveTree,
  collect,
  COMMIT_TIME,
  each,
  noise,
  openStores,
  placeArtifacts,
  sha256Of,
  type Tree,
  unpack,
} from '../__fixtures__/trees.js';
import { assemble } from './assemble.js';
import { planArtifacts } from './plan-artifacts.js';
import { planTree } from './plan-tree.js';
import type { RecipePiece } from './recipe.js';

interface Options {
  gitDirectory?: TarSegment[];
  edits?: SourceEdit[];
  drop?: string[];
  artifacts?: PlacedArtifact[];
  generated?: GeneratedFile[];
}

let stores: Awaited<ReturnType<typeof openStores>>;
let archive: FilesystemBlobStore;
beforeAll(async () => {
  stores = await openStores();
  ({ archive } = stores);
});
afterAll(() => stores.close());

async function plan(segments: TarSegment[], options: Options = {}): Promise<RecipePiece[]> {
  const { gitDirectory, edits = [], drop = [], artifacts = [], generated = [] } = options;
  const tree = {
    segments: each(segments),
    gitDirectory: gitDirectory && each(gitDirectory),
    edits,
    drop: new Set(drop),
    modified: COMMIT_TIME,
  };
  const pieces: RecipePiece[] = [];
  for await (const piece of planTree(tree, archive)) pieces.push(piece);
  for await (const piece of planArtifacts([...artifacts, ...generated], COMMIT_TIME, archive)) pieces.push(piece);
  return pieces;
}

/** Names of a bundle's entries, without the two directories that are always there. */
async function namesOf(pieces: RecipePiece[]): Promise<string[]> {
  return [...(await unpack(assemble(each(pieces), archive))).keys()].filter(
    (name) => name !== 'app/' && name !== 'deps/',
  );
}

async function bundle(tree: Tree, options: Options = {}) {
  return unpack(assemble(each(await plan(await archiveTree(archive, tree), options)), archive));
}

const entry = (content: string, mode = 0o644) => ({ type: 'file', mode, content });
const DIRECTORY = { type: 'directory', mode: 0o755, content: '' };

describe('the content of a bundle', () => {
  it('is the tree below app/ and the artifacts below deps/', async () => {
    const artifact = noise(200_000);
    const artifacts = await placeArtifacts(archive, {
      'npm/b.tgz': artifact,
      'npm/a.tgz': Buffer.from('tiny'),
      empty: Buffer.alloc(0),
    });
    const tree = {
      'src/a.js': 'text',
      run: { executable: '#!' },
      link: { link: '../x' },
      sub: { directory: true as const },
      'é/ü': 'umlaut',
    };
    const entries = await bundle(tree, { artifacts });
    expect([...entries]).toEqual([
      ['app/', DIRECTORY],
      ['app/link', { type: 'symlink', mode: 0o777, content: '', link: '../x' }],
      ['app/run', entry('#!', 0o755)],
      ['app/src/a.js', entry('text')],
      ['app/sub/', DIRECTORY],
      ['app/é/ü', entry('umlaut')],
      ['deps/', DIRECTORY],
      ['deps/empty', entry('')],
      ['deps/npm/a.tgz', entry('tiny')],
      ['deps/npm/b.tgz', entry(sha256Of(artifact))],
    ]);
  });

  it('has both directories even of nothing', async () => {
    expect([...(await bundle({})).keys()]).toEqual(['app/', 'deps/']);
  });

  it.each<[string, Tree, Options, string[]]>([
    ['.git anywhere', { '.git': 'gitdir: x', 'a/.git': 'gitdir: x', 'a/.git/x': '', 'a/b': '' }, {}, ['app/a/b']],
    [
      'not .gitignore',
      { '.gitignore': '', '.github/x': '', 'x.git': '', 'a.git/b': '' },
      {},
      ['app/.github/x', 'app/.gitignore', 'app/a.git/b', 'app/x.git'],
    ],
    ['links that are unsafe', { bad: { link: '/etc' }, good: { link: 'x' } }, { drop: ['bad'] }, ['app/good']],
    ['removed files', { a: '', b: '' }, { edits: [{ path: 'a', removed: true }] }, ['app/b']],
    ['what was never there', { b: '' }, { edits: [{ path: 'a', removed: true }], drop: ['c'] }, ['app/b']],
    ['everything', { a: '', b: '' }, { drop: ['a', 'b'] }, []],
  ])('leaves out %s', async (_, tree, options, names) => {
    expect(await namesOf(await plan(await archiveTree(archive, tree), options))).toEqual(names);
  });

  it('keeps the mode of an edited file, or takes the one it is given', async () => {
    const tree: Tree = { a: 'old', run: { executable: 'old' }, stop: { executable: 'old' }, link: { link: 'a' } };
    const edits: SourceEdit[] = ['a', 'run', 'link'].map((path) => ({ path, content: Buffer.from('new') }));
    edits.push(
      { path: 'stop', content: Buffer.from('new'), executable: false },
      { path: 'extra', content: Buffer.from('new'), executable: true },
    );
    const entries = await bundle(tree, { edits });
    expect(Object.fromEntries(entries)).toMatchObject({
      'app/a': entry('new'),
      'app/extra': entry('new', 0o755),
      'app/link': entry('new'),
      'app/run': entry('new', 0o755),
      'app/stop': entry('new'),
    });
  });

  it('puts the git directory at its place, and keeps pointers of submodules then', async () => {
    const gitDirectory = await archiveTree(archive, { '.git/HEAD': 'ref', '.git/refs': { directory: true } });
    const tree = { '.env': '', '.git-blame': '', '.gitmodules': '', 'sub/.git': 'gitdir: ../.git/modules/sub', z: '' };
    expect(await namesOf(await plan(await archiveTree(archive, tree), { gitDirectory }))).toEqual([
      'app/.env',
      'app/.git-blame',
      'app/.git/HEAD',
      'app/.git/refs/',
      'app/.gitmodules',
      'app/sub/.git',
      'app/z',
    ]);
  });

  it.each<[string, Tree, Options]>([
    [
      'a file below a link',
      { vendor: { link: '/etc' } },
      { edits: [{ path: 'vendor/passwd', content: Buffer.alloc(0) }] },
    ],
    ['a file below a file', { a: '', 'a-b': '' }, { edits: [{ path: 'a/b/c', content: Buffer.alloc(0) }] }],
    ['a file above a file', { 'a-b': '', 'a/b/c': '' }, { edits: [{ path: 'a', content: Buffer.alloc(0) }] }],
    ['edits below one another', {}, { edits: ['a', 'a/b'].map((path) => ({ path, content: Buffer.alloc(0) })) }],
    ['an edit outside', {}, { edits: [{ path: '../x', content: Buffer.alloc(0) }] }],
  ])('refuses %s', async (_, tree, options) => {
    await expect(bundle(tree, options)).rejects.toThrow(ValidationError);
  });

  it('allows a file below a link that is dropped, or below an empty directory', async () => {
    const tree: Tree = { vendor: { link: '/etc' }, sub: { directory: true } };
    const edits = ['vendor/x', 'sub/x'].map((path) => ({ path, content: Buffer.from('x') }));
    expect([...(await bundle(tree, { edits, drop: ['vendor'] })).keys()]).toEqual([
      'app/',
      'app/sub/',
      'app/sub/x',
      'app/vendor/x',
      'deps/',
    ]);
  });

  it.each<[string, Record<string, Buffer>[]]>([
    ['outside', [{ '../app/x': Buffer.from('x') }]],
    ['at one place with another content', [{ a: Buffer.from('x') }, { a: Buffer.from('y') }]],
    ['below one another', [{ 'a-b': Buffer.from('x'), a: Buffer.from('x'), 'a/b/c': Buffer.from('x') }]],
  ])('refuses artifacts %s', async (_, contents) => {
    const artifacts = (await Promise.all(contents.map((content) => placeArtifacts(archive, content)))).flat();
    await expect(plan([], { artifacts })).rejects.toThrow(ValidationError);
  });

  it('takes an artifact once that two managers place alike', async () => {
    const artifacts = await placeArtifacts(archive, { a: Buffer.from('x') });
    expect(await namesOf(await plan([], { artifacts: [...artifacts, ...artifacts] }))).toEqual(['deps/a']);
  });

  it('is what any edits make of any tree', async () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c-', 'é', '.git'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'));
    const content = fc.nat(3).chain((kind) => fc.constant(kind === 0 ? 700_000 : kind * 10));
    const files = fc.dictionary(path, content, { maxKeys: 10 });
    const edits = fc.dictionary(path, fc.option(content), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(
        files,
        edits,
        fc.array(path, { maxLength: 2 }),
        fc.boolean(),
        async (files, edits, drop, withGit) => {
          const wanted = new Map<string, Buffer>();
          const git = (name: string) =>
            withGit ? name.startsWith('.git/') || name === '.git' : name.split('/').includes('.git');
          for (const [name, size] of Object.entries(files)) {
            if (!git(name) && !drop.includes(name) && !(name in edits)) wanted.set(name, Buffer.alloc(size, name));
          }
          if (withGit) wanted.set('.git/HEAD', Buffer.from('ref'));
          for (const [name, size] of Object.entries(edits))
            if (size !== null) wanted.set(name, Buffer.alloc(size, `new ${name}`));
          const names = [...wanted.keys()];
          fc.pre(names.every((name) => !names.some((other) => other.startsWith(`${name}/`))));
          fc.pre(Object.keys(edits).every((name) => !(withGit && git(name))));

          const tree = Object.fromEntries(
            Object.entries(files).map(([name, size]) => [name, Buffer.alloc(size, name)]),
          );
          const result = await bundle(tree, {
            gitDirectory: withGit ? await archiveTree(archive, { '.git/HEAD': 'ref' }) : undefined,
            edits: Object.entries(edits).map(([name, size]) =>
              size === null
                ? { path: name, removed: true }
                : { path: name, content: Buffer.alloc(size, `new ${name}`) },
            ),
            drop,
          });
          const found = [...result].filter(([name]) => name !== 'app/' && name !== 'deps/');
          expect(found).toEqual(
            names.sort(comparePaths).map((name) => {
              const content = wanted.get(name) ?? Buffer.alloc(0);
              return [`app/${name}`, entry(content.length < 100 ? content.toString() : sha256Of(content))];
            }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the pieces of a bundle', () => {
  const tree = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`f${String(at).padStart(2, '0')}`, noise(100_000)]),
  );

  it('are the stored segments, but for those that an edit touches', async () => {
    const segments = await archiveTree(archive, tree);
    expect(segments.length).toBeGreaterThan(4);
    const keptAsIs = async (edits: SourceEdit[]): Promise<boolean[]> => {
      const pieces = await plan(segments, { edits });
      return segments.map(({ sha256 }) => pieces.some((piece) => piece.kind === 'deflated' && piece.sha256 === sha256));
    };
    const first = segments[0]?.entries[0]?.path ?? '';
    const inSecond = segments[1]?.entries[2]?.path ?? '';
    const all = segments.map(() => true);
    expect(await keptAsIs([])).toEqual(all);
    expect(await keptAsIs([{ path: first, content: Buffer.from('x') }])).toEqual(all.with(0, false));
    expect(await keptAsIs([{ path: `${inSecond}-behind`, content: Buffer.from('x') }])).toEqual(all.with(1, false));
    const between = `${segments[0]?.entries.at(-1)?.path}-behind`;
    expect(
      await keptAsIs([
        { path: between, content: Buffer.from('x') },
        { path: 'zz', content: noise(3_000_000) },
      ]),
    ).toEqual(all);
  });

  it('give the same bytes every time', async () => {
    const artifacts = await placeArtifacts(archive, { b: noise(3_000_000), a: noise(10) });
    const edits = [{ path: 'f30', content: Buffer.from('edited') }];
    const segments = await archiveTree(archive, tree);
    const [first, second] = await Promise.all([
      plan(segments, { artifacts, edits }),
      plan(segments, { artifacts: artifacts.toReversed(), edits }),
    ]);
    expect(second).toEqual(first);
    const bytes = await collect(assemble(each(first), archive));
    expect(sha256Of(await collect(assemble(each(second), archive)))).toBe(sha256Of(bytes));
    // Archives that are compressed already get next to nothing longer.
    expect(bytes.length).toBeLessThan(9_010_000 * 1.01);
  });

  it.each(['damaged', 'missing'])('are refused when one is %s', async (how) => {
    const artifacts = await placeArtifacts(archive, { a: noise(10_000), b: noise(2_000_000) });
    const pieces = await plan(await archiveTree(archive, { x: noise(10_000) }), { artifacts });
    for (const piece of pieces) {
      if (piece.kind === 'inline') continue;
      const path = join(stores.root, 'sources', piece.sha256.slice(0, 2), piece.sha256.slice(2, 4), piece.sha256);
      const content = await collect(await archive.read(piece.sha256));
      if (how === 'missing') {
        await rm(path);
      } else {
        await chmod(path, 0o644);
        await writeFile(
          path,
          Buffer.concat([content.subarray(0, 5), Buffer.of((content[5] ?? 0) ^ 1), content.subarray(6)]),
        );
      }
      await expect(collect(assemble(each(pieces), archive))).rejects.toThrow(FileAccessError);
      await archive.put(each([content]));
    }
    expect((await unpack(assemble(each(pieces), archive))).size).toBe(5);
  });

  it('end with an error of the source', async () => {
    const broken = async function* (): AsyncGenerator<TarSegment> {
      yield* await archiveTree(archive, { x: 'x' });
      throw new Error('the index is damaged');
    };
    const tree = { segments: broken(), gitDirectory: undefined, edits: [], drop: new Set<string>(), modified: 0 };
    await expect(collect(assemble(planTree(tree, archive), archive))).rejects.toThrow('the index is damaged');
  });
});
