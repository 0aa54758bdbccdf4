import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import type { ResolveJob } from '../../package-manager.js';
import { GoFixture } from '../command/__fixtures__/go-fixture.js';
import type { GoToolchain } from '../command/go-command.js';
import type { Examined } from '../examine-project.js';
import { parseGoMod } from '../files/go-mod-file.js';
import { parseGoWork } from '../files/go-work-file.js';
import type { FoundModule, ModuleFindings } from '../findings.js';
import type { GoTools, Session } from '../go-tools.js';
import { sumLines, type TestModule } from '../proxy/__fixtures__/modules.js';
import { TestModuleProxy } from '../proxy/__fixtures__/proxies.js';
import { readGraphs } from './read-graphs.js';

const STRING: TestModule = { path: 'example.com/string', version: 'v0.3.0' };
const OLD_STRING: TestModule = { ...STRING, version: 'v0.2.0' };
const FORK: TestModule = { path: 'example.com/fork', version: 'v1.5.0', files: requiring('example.com/fork', 'example.com/tail v1.0.0') };
const TAIL: TestModule = { path: 'example.com/tail', version: 'v1.0.0' };
const KITE: TestModule = {
  path: 'example.com/kite',
  version: 'v2.1.0+incompatible',
  files: requiring('example.com/kite', 'example.com/string v0.2.0', 'example.com/frame v1.0.0'),
};
const MODULES = [STRING, OLD_STRING, FORK, TAIL, KITE];

/** A module before Go 1.17, of which everything counts. */
function requiring(path: string, ...others: string[]): Record<string, string> {
  return { 'go.mod': `module ${path}\n\ngo 1.16\n\n${others.map((other) => `require ${other}\n`).join('')}` };
}

const APP = `module acme.dev/app

go 1.20

require (
	acme.dev/lib v0.0.0
	example.com/kite v2.1.0+incompatible
	example.com/frame v1.0.0
	example.com/string v0.3.0
	example.com/tail v1.0.0
)

replace example.com/frame => example.com/fork v1.5.0

replace acme.dev/lib => ./lib/
`;
const LIB = 'module acme.dev/lib\n\ngo 1.20\n\nrequire example.com/string v0.2.0\n';
const FILES = { 'go.mod': APP, 'go.sum': MODULES.map(sumLines).join(''), 'lib/go.mod': LIB };

let fixture: GoFixture;
let proxy: TestModuleProxy;
let warnings: string[] = [];
let commands = 0;

beforeAll(async () => {
  proxy = await new TestModuleProxy().listen();
  proxy.serve(MODULES);
});
afterEach(async () => {
  warnings = [];
  commands = 0;
  await fixture.remove();
});
afterAll(() => proxy.close());

/** A directory of the fixture, with what is reported of it: names and versions. */
async function examined(
  directory: string,
  reported: readonly string[],
  options: Pick<Examined, 'toolchain'> & Partial<Examined>,
): Promise<Examined> {
  const modFile = parseGoMod(await readFile(join(fixture.source, directory, 'go.mod'), 'utf8'), 'go.mod');
  const name = modFile.module ?? '';
  const dependencies = reported.map((each): FoundModule => ({ name: each.split(' ')[0], version: each.split(' ')[1] }));
  const findings = { directory, name, version: 'v1.0.0', dependencies, packages: [], imports: [], graph: undefined };
  const locals = [{ name, version: 'v1.0.0', directory }];
  return { project: { directory, modFile, workspace: undefined }, findings, locals, replaced: new Map(), ...options };
}

async function read(all: readonly Examined[], signal = new AbortController().signal): Promise<ModuleFindings[]> {
  const tools = {
    command: (toolchain: GoToolchain) => {
      commands += 1;
      return fixture.command(toolchain, { proxy: proxy.entry().url, privateModules: ['example.com'], signal });
    },
  };
  const job = { progress: { phase: () => Promise.resolve() }, log: { warn: (text: string) => warnings.push(text) }, signal };
  const tree = { root: await realpath(fixture.source), originals: new Map(), links: new Set<string>() };
  return readGraphs(job as unknown as ResolveJob, all, { tree, session: {} as Session, tools: tools as unknown as GoTools });
}

/** `from > to` by name, and what nothing is known of. */
function shown({ name, dependencies, graph }: ModuleFindings): string[] | undefined {
  if (graph === undefined) return undefined;
  const names = [...dependencies.map((each) => each.name), name];
  const pairs = Array.from({ length: graph.edges.length / 2 }, (_, at) => [...graph.edges.subarray(2 * at, 2 * at + 2)]);
  const lines = pairs.map(([from, to]) => `${names[from]} > ${names[to]}`).sort();
  return [...lines, ...Array.from(graph.unknown, (place) => `unknown: ${names[place]}`)];
}

describe('with the real go', () => {
  itWithTool('go', 'the graph of a module, with what takes the places of others', async () => {
    fixture = await GoFixture.create(FILES);
    const reported = [
      'acme.dev/lib ./lib/',
      'example.com/fork v1.5.0',
      'example.com/kite v2.1.0+incompatible',
      'example.com/string v0.3.0',
      'example.com/tail v1.0.0',
    ];
    const [findings] = await read([await examined('.', reported, { toolchain: await fixture.installed() })]);
    expect(warnings).toEqual([]);
    expect(shown(findings)).toEqual([
      'acme.dev/app > acme.dev/lib',
      'acme.dev/app > example.com/fork',
      'acme.dev/app > example.com/kite',
      'acme.dev/app > example.com/string',
      'acme.dev/app > example.com/tail',
      'acme.dev/lib > example.com/string',
      'example.com/fork > example.com/tail',
      'example.com/kite > example.com/fork',
      'example.com/kite > example.com/string',
    ]);
    for (const [path, text] of Object.entries(FILES)) {
      expect([path, await readFile(join(fixture.source, path), 'utf8')]).toEqual([path, text]);
    }
  });

  itWithTool('go', 'the graph of a workspace, read once, of each of its modules', async () => {
    const members = { 'app/go.mod': APP, 'app/go.sum': FILES['go.sum'], 'app/lib/go.mod': LIB };
    const workFile = 'go 1.20\n\nuse (\n\t./app\n\t./tool\n)\n\nreplace example.com/frame => example.com/frame v1.0.0\n';
    const FRAME = { ...TAIL, path: 'example.com/frame' };
    proxy.serve([...MODULES, FRAME]);
    const tool = 'module acme.dev/tool\n\ngo 1.20\n\nrequire example.com/tail v1.0.0\n';
    fixture = await GoFixture.create({ ...members, 'tool/go.mod': tool, 'go.work': workFile, 'go.work.sum': sumLines(FRAME) });
    const workspace = { directory: '.', workFile: parseGoWork(workFile, 'go.work'), members: ['app', 'tool'] };
    const locals = [
      { name: 'acme.dev/app', version: 'v1.0.0', directory: 'app' },
      { name: 'acme.dev/tool', version: 'v2.0.0', directory: 'tool' },
    ];
    const replaced = new Map([['acme.dev/lib@v0.0.0', { name: 'acme.dev/lib', version: './app/lib' }]]);
    const all: Examined[] = [];
    for (const [directory, other] of [['app', 'acme.dev/tool v2.0.0'], ['tool', 'acme.dev/app v1.0.0']]) {
      const reported = ['acme.dev/lib ./app/lib', other, 'example.com/frame v1.0.0', 'example.com/string v0.3.0', 'example.com/tail v1.0.0'];
      const each = await examined(directory, reported, { toolchain: await fixture.installed(), locals, replaced });
      all.push({ ...each, project: { ...each.project, workspace } });
    }
    const [ofApp, ofTool] = await read(all);
    expect([warnings, commands]).toEqual([[], 1]);
    expect(shown(ofApp)).toEqual([
      'acme.dev/app > acme.dev/lib',
      'acme.dev/app > example.com/frame',
      'acme.dev/app > example.com/string',
      'acme.dev/app > example.com/tail',
      'acme.dev/lib > example.com/string',
      'unknown: acme.dev/tool',
    ]);
    expect(shown(ofTool)).toEqual([
      'acme.dev/tool > example.com/tail',
      'unknown: acme.dev/lib',
      'unknown: acme.dev/app',
      'unknown: example.com/frame',
      'unknown: example.com/string',
    ]);
  });
});

describe('without the graph', () => {
  it.each<[string, string, RegExp]>([
    ['go fails', 'echo "go: it is not there: http://127.0.0.1:9/secret/x" >&2; exit 1', /at \. require is not known: go mod graph failed: go: it/],
    ['go prints something else', 'echo hello', /something unexpected/],
    ['a line is too long', 'head -c 200000 /dev/zero', /a line of more than 65536 bytes/],
    ['there is too much', `yes 'acme.dev/app a.dev/a@v1.0.0'`, /more than 500000 requirements/],
  ])('when %s', async (_, script, warning) => {
    fixture = await GoFixture.create(FILES);
    const [findings] = await read([await examined('.', ['example.com/string v0.3.0'], { toolchain: await fixture.script(script) })]);
    expect(findings.graph).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('of what depends on nothing, without asking', async () => {
    fixture = await GoFixture.create(FILES);
    const [findings] = await read([await examined('.', [], { toolchain: await fixture.script('exit 1') })]);
    expect([shown(findings), warnings, commands]).toEqual([[], [], 0]);
  });

  it('when the request is cancelled, it ends', async () => {
    fixture = await GoFixture.create(FILES);
    const abort = new AbortController();
    const toolchain = await fixture.script('sleep 1000');
    const reading = read([await examined('.', ['example.com/string v0.3.0'], { toolchain })], abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 100);
    await expect(reading).rejects.toThrow('cancelled');
  });
});
