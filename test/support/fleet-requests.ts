import type { FleetUpstreams } from './fleet-upstreams.js';
import { integrityOf } from './fleet-upstreams.js';
import type { SeededRandom } from './fleet-random.js';
import type { FileSpec, GitRepository } from './git-server.js';
import { type TreeListing, treeOfCommit } from './git-tree.js';
import { goCode, goMod, goSum } from './go-made-modules.js';

export const KINDS = ['source', 'submodules', 'npm', 'pip', 'gomod'] as const;
export type Kind = (typeof KINDS)[number];

/** A request to be made, and what its bundle must hold. */
export interface PlannedRequest {
  kind: Kind;
  body: { repo: string; ref: string; pkg_managers: string[] };
  /** What lies below `app/`. */
  tree: TreeListing;
  /** Archives that must lie below `deps/`. */
  archives: readonly Buffer[];
}

/** What a commit of one kind holds. */
interface Content {
  files: Record<string, FileSpec>;
  archives: readonly Buffer[];
}

const MANAGERS: Record<Kind, string[]> = {
  source: [],
  submodules: ['git-submodule'],
  npm: ['npm'],
  pip: ['pip'],
  gomod: ['gomod'],
};
const REPOSITORIES_PER_KIND = 3;
/** Of five requests one asks for what another one has asked for. */
const REPEATED = 0.2;

/** Plans requests of all kinds, in turns, for commits of a few repositories each. */
export async function planRequests(
  upstreams: FleetUpstreams,
  random: SeededRandom,
  count: number,
): Promise<PlannedRequest[]> {
  const { git } = upstreams;
  const library = await git.createRepository('team/library.git');
  const repositories = new Map<Kind, GitRepository[]>();
  for (const kind of KINDS) {
    const names = Array.from({ length: REPOSITORIES_PER_KIND }, (_, at) => `team/${kind}-${at}.git`);
    repositories.set(kind, await Promise.all(names.map((name) => git.createRepository(name))));
  }
  const planned: PlannedRequest[] = [];
  while (planned.length < count) {
    const kind = KINDS[planned.length % KINDS.length];
    const before = planned.filter((each) => each.kind === kind);
    if (before.length > 0 && random.next() < REPEATED) planned.push(random.one(before));
    else planned.push(await plan(kind, random.one(repositories.get(kind) ?? []), { upstreams, random, library }));
  }
  return planned;
}

interface Means {
  upstreams: FleetUpstreams;
  random: SeededRandom;
  library: GitRepository;
}

async function plan(kind: Kind, repository: GitRepository, means: Means): Promise<PlannedRequest> {
  const { library, random } = means;
  const { files, archives } = content(kind, means);
  const part = kind === 'submodules' ? await library.commit({ files: sources(random, 5) }) : undefined;
  if (part !== undefined) {
    files['.gitmodules'] = `[submodule "part"]\n\tpath = part\n\turl = ../library.git\n`;
    files['part'] = { gitlink: part };
  }
  const ref = await repository.commit({ files });
  const tree = await treeOfCommit(repository.directory, ref);
  if (part !== undefined) {
    for (const [path, entry] of Object.entries(await treeOfCommit(library.directory, part))) tree[`part/${path}`] = entry;
  }
  return { kind, body: { repo: repository.url, ref, pkg_managers: MANAGERS[kind] }, tree, archives };
}

function content(kind: Kind, { upstreams, random }: Means): Content {
  if (kind === 'npm') return npmApplication(upstreams, random);
  if (kind === 'pip') return pipProject(upstreams, random);
  if (kind === 'gomod') return goModule(upstreams, random);
  return { files: sources(random, 60), archives: [] };
}

/** Text, a program, a link, a name that is not ASCII, something that cannot be compressed. */
function sources(random: SeededRandom, count: number): Record<string, FileSpec> {
  const files: Record<string, FileSpec> = {
    'run.sh': { content: `#!/bin/sh\necho ${random.text(20)}\n`, executable: true },
    'dir/Grüße.txt': random.text(100),
    link: { link: 'dir/Grüße.txt' },
  };
  for (let at = 0; at < count; at++) files[`src/part-${at}.c`] = `/* ${random.text(random.between(10, 4_000))} */\n`;
  return files;
}

function npmApplication({ npm }: FleetUpstreams, random: SeededRandom): Content {
  const chosen = random.some(npm, random.between(4, 12));
  const dependencies = Object.fromEntries(chosen.map(({ name, version }) => [name, version]));
  const manifest = { name: 'app', version: '1.0.0', description: random.text(20), dependencies };
  const entries = chosen.map(({ name, version, content: bytes }) => [
    `node_modules/${name}`,
    { version, integrity: integrityOf(bytes) },
  ]);
  const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, packages: { '': manifest, ...Object.fromEntries(entries) } };
  const texts = { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) };
  return { files: { ...sources(random, 10), ...texts }, archives: chosen.map((each) => each.content) };
}

function pipProject({ pip }: FleetUpstreams, random: SeededRandom): Content {
  const chosen = random.some(pip, random.between(3, 8));
  const lines = chosen.map(({ name, version }) => `${name}==${version}`);
  const texts = {
    'setup.cfg': '[metadata]\nname = app\nversion = 1.0\n',
    'requirements.txt': `${lines.join('\n')}\n`,
  };
  return { files: { ...sources(random, 10), ...texts }, archives: chosen.map((each) => each.content) };
}

function goModule({ gomod }: FleetUpstreams, random: SeededRandom): Content {
  const chosen = random.some(gomod, random.between(3, 8));
  const texts = {
    'go.mod': goMod('acme.example/app', { requires: chosen.map(({ path, version }) => `${path} ${version}`) }),
    'go.sum': goSum(...chosen),
    'main.go': `// ${random.text(20)}\n${goCode('main', chosen.map(({ path }) => path))}`,
    'link.txt': random.text(500),
  };
  return { files: texts, archives: chosen.map((each) => each.content) };
}
