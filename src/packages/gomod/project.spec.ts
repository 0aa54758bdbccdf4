import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { treeOf, type TreeFiles } from '../npm/external/__fixtures__/trees.js';
import { ModuleFiles } from './module-files.js';
import { readProjects, readSums, withoutModFile } from './project.js';

const filesOf = (files: TreeFiles): Promise<ModuleFiles> => ModuleFiles.of(treeOf(files));

const MOD = 'module a.dev/a\n\ngo 1.21\n';

describe('a project', () => {
  it('has the workspace that is nearest above it', async () => {
    const source = await filesOf({
      'go.work': 'go 1.21\nuse ./none\n',
      'a/go.work': 'go 1.22\nuse (\n\t./x\n\t../b\n)\n',
      'a/x/go.mod': MOD,
      'b/go.mod': 'module b.dev/b\n',
      'c/go.mod': 'module c.dev/c\n',
    });
    const [project, other] = await readProjects(source, ['a/x', 'c']);
    expect(project.workspace).toMatchObject({ directory: 'a', members: ['a/x', 'b'], workFile: { go: '1.22' } });
    expect(other.workspace).toMatchObject({ directory: '.', members: ['none'] });
  });

  it('has the sums of all modules of its workspace', async () => {
    const sum = (at: number): string => `x.dev/x v1.0.${at} h1:${'A'.repeat(42)}${at}=\n`;
    const source = await filesOf({
      'go.work': 'go 1.21\nuse (\n\t./a\n\t./b\n)\n',
      'go.work.sum': sum(0),
      'a/go.mod': MOD,
      'a/go.sum': sum(4),
      'b/go.mod': 'module b.dev/b\n',
      'b/go.sum': sum(8),
      'c/go.sum': 'not read\n',
    });
    const sums = await readSums(source, await readProjects(source, ['a']));
    expect([...sums.zips()].map(({ version }) => version).sort()).toEqual(['v1.0.0', 'v1.0.4', 'v1.0.8']);
  });

  it('is read once, however many modules of its workspace are asked for', async () => {
    const directories = Array.from({ length: 200 }, (_, at) => `m${at}`);
    const uses = directories.map((directory) => `use ./${directory}\n`).join('');
    const requires = Array.from({ length: 200 }, (_, at) => `require x.dev/x${at} v1.0.0\n`).join('');
    const modules = directories.map((directory) => [`${directory}/go.mod`, `module a.dev/${directory}\n${requires}`]);
    const files = await filesOf({ 'go.work': `go 1.21\n${uses}`, ...Object.fromEntries(modules) });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const projects = await readProjects(files, directories);
    clearInterval(timer);
    expect(new Set(projects.map(({ workspace }) => workspace)).size).toBe(1);
    expect(turns).toBeGreaterThan(1);
  });

  it('has large files, too, which a tree does not hold in memory', async () => {
    const sum = `x.dev/x v1.0.0 h1:${'A'.repeat(43)}=\n`;
    const tree = treeOf({ 'go.mod': MOD, 'go.work': `go 1.21\nuse .\n//${' '.repeat(600_000)}`, 'go.sum': `${' \n'.repeat(600_000)}${sum}` });
    const contents: typeof tree.contents = async function* (...options) {
      for await (const { entry, content } of tree.contents(...options)) {
        yield { entry, content: entry.size > 2 ** 20 ? Readable.from([content]) : content };
      }
    };
    const files = await ModuleFiles.of({ ...tree, contents });
    const projects = await readProjects(files, ['.']);
    expect(projects[0].workspace?.members).toEqual(['.']);
    expect([...(await readSums(files, projects)).zips()]).toHaveLength(1);
  });

  it('needs a go.mod', async () => {
    expect(await withoutModFile(await filesOf({ 'a/go.mod': MOD, 'b/x': '' }), ['.', 'a', 'b'])).toEqual(['.', 'b']);
  });

  const REFUSED: [string, TreeFiles, string, RegExp][] = [
    ['a replacement that leads out', { 'm/go.mod': `${MOD}replace x.dev/x => ../../x\n` }, 'ValidationError', /m\/go\.mod names the path \.\.\/\.\.\/x/],
    ['an absolute replacement', { 'm/go.mod': `${MOD}replace x.dev/x => /x\n` }, 'UnsupportedFeature', /absolute/],
    ['one by a link that leads out', { 'm/go.mod': `${MOD}replace x.dev/x => ./x/y\n`, 'm/x': { link: '../..' } }, 'ValidationError', /out of/],
    ['one by an absolute link', { 'm/go.mod': `${MOD}replace x.dev/x => ./x/y\n`, 'm/x': { link: '/y' } }, 'ValidationError', /out of/],
    ['links in a circle', { 'm/go.mod': `${MOD}replace x.dev/x => ./x\n`, 'm/x': { link: 'x' } }, 'ValidationError', /too many/],
    ['a member that leads out', { 'm/go.mod': MOD, 'go.work': 'go 1.21\nuse ..\n' }, 'ValidationError', /go\.work names the path \.\./],
    ['an absolute member', { 'm/go.mod': MOD, 'go.work': 'go 1.21\nuse /m\n' }, 'UnsupportedFeature', /absolute/],
    [
      'a member whose replacement leads out',
      { 'm/go.mod': MOD, 'go.work': 'go 1.21\nuse (\n\t./m\n\t./n\n)\n', 'n/go.mod': 'module n.dev/n\nreplace x.dev/x => ../../x\n' },
      'ValidationError',
      /n\/go\.mod/,
    ],
  ];
  it.each(REFUSED)('refuses %s', async (_name, files, errorType, message) => {
    await expect(readProjects(await filesOf(files), ['m'])).rejects.toMatchObject({ errorType, message: expect.stringMatching(message) });
  });

  const FINE: [string, TreeFiles][] = [
    ['a replacement beside it', { 'm/go.mod': `${MOD}replace x.dev/x => ../x\n` }],
    ['one by a link', { 'm/go.mod': `${MOD}replace x.dev/x => ./x/y\n`, 'm/x': { link: '../other' } }],
    ['a replacement by a module', { 'm/go.mod': `${MOD}replace x.dev/x => y.dev/y v1.0.0\n` }],
  ];
  it.each(FINE)('takes %s', async (_name, files) => {
    await expect(readProjects(await filesOf(files), ['m'])).resolves.toMatchObject([{ directory: 'm' }]);
  });
});
