import { describe, expect, it } from '@jest/globals';
import type { ArtifactEvidence, EvidenceDependency, EvidencePackage } from '../../dependencies/index.js';
import { buildModel, type FinishedRequest } from './build-model.js';
import type { SbomModelComponent } from './model.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const REPO = 'https://github.com/Acme-Labs/Weather-Hub.git';
const ROOT = `pkg:github/acme-labs/weather-hub@${COMMIT}`;

type Facts = Partial<Omit<EvidenceDependency, 'name' | 'type' | 'version'>>;

/** `npm kite 2.1.3`; a version of `-` is none. */
function dependency(text: string, facts: Facts = {}): EvidenceDependency {
  const [type, name, version] = text.split(' ');
  return { type, name, version: version === '-' ? null : version, direct: false, requirementsUnknown: false, ...facts };
}

/** `edges`: places of dependencies, `0>1`. */
function packageOf(text: string, dependencies: EvidenceDependency[], edges = '', path?: string): EvidencePackage {
  const [type, name, version] = text.split(' ');
  const places = edges === '' ? [] : edges.split(' ').flatMap((edge) => edge.split('>').map(Number));
  return { type, name, version, dependencies, edges: Uint32Array.from(places), ...(path === undefined ? {} : { path }) };
}

function request(packages: EvidencePackage[], overrides: Partial<FinishedRequest> = {}): FinishedRequest {
  return { repo: REPO, ref: COMMIT, packages, completed: '2026-03-01T12:00:00Z', toolVersion: '0.1.0', ...overrides };
}

function file(upstream: string, overrides: Partial<ArtifactEvidence> = {}): ArtifactEvidence {
  return { upstream, sha256: 'a'.repeat(64), size: 1, verifiedBy: 'lock file', ...overrides };
}

/** Who requires whom and what contains what, one line for each component: `name [parts]: requirements`. */
function drawn(components: readonly SbomModelComponent[]): string[] {
  const names = new Map(components.map(({ ref, name }) => [ref, name]));
  return components.map(({ name, dependsOn, contains }) => {
    const parts = contains.length === 0 ? '' : ` [${contains.map((part) => part.name).join(' ')}]`;
    return `${name}${parts}: ${dependsOn?.map((ref) => names.get(ref) ?? ref).join(' ') ?? '?'}`;
  });
}

describe('the graph', () => {
  it.each<[string, EvidencePackage[], string[]]>([
    ['nothing', [], []],
    ['a package without dependencies', [packageOf('npm dash 1.0.0', [])], ['dash: ']],
    [
      'what the lock file states',
      [packageOf('npm dash 1.0.0', [dependency('npm ark 1.0.0', { direct: true }), dependency('npm bay 1.0.0'), dependency('npm cay 1.0.0')], '0>1 1>2 2>1')],
      ['dash: ark', 'ark: bay', 'bay: cay', 'cay: bay'],
    ],
    [
      'what no edge leads to is required by the package, and its requirements are known nonetheless',
      [packageOf('npm dash 1.0.0', [dependency('npm ark 1.0.0', { direct: true }), dependency('npm bay 1.0.0'), dependency('npm cay 1.0.0')], '1>2')],
      ['dash: ark bay cay', 'ark: ', 'bay: cay', 'cay: '],
    ],
    [
      'a dependency that is in the lock file twice, for development and otherwise, is required once',
      [
        packageOf(
          'npm dash 1.0.0',
          [dependency('npm ark 1.0.0', { direct: true, dev: false }), dependency('npm bay 1.0.0', { dev: false }), dependency('npm bay 1.0.0', { dev: true })],
          '0>1',
        ),
      ],
      ['dash: ark', 'ark: bay', 'bay: '],
    ],
    [
      'a lock file without edges',
      [packageOf('pip dash 1.0.0', [dependency('pip ark 1.0.0'), dependency('pip bay 1.0.0')])],
      ['dash: ark bay', 'ark: ?', 'bay: ?'],
    ],
    [
      'a dependency whose requirements nobody knows',
      [packageOf('pip dash 1.0.0', [dependency('pip ark 1.0.0', { direct: true, requirementsUnknown: true }), dependency('pip bay 1.0.0', { direct: true })])],
      ['dash: ark bay', 'ark: ?', 'bay: '],
    ],
    [
      'two packages that share dependencies',
      [
        packageOf('npm dash 1.0.0', [dependency('npm ark 1.0.0', { direct: true }), dependency('npm bay 1.0.0')], '0>1'),
        packageOf('npm dish 1.0.0', [dependency('npm ark 1.0.0', { direct: true }), dependency('npm cay 1.0.0')], '0>1', 'dish'),
      ],
      ['dash: ark', 'dish: ark', 'ark: bay cay', 'bay: ', 'cay: '],
    ],
    [
      'Go packages are parts of their modules, and what has no module is required by the module that imports it',
      [
        packageOf('gomod acme.dev/hub 1.4.0', [dependency('gomod acme.dev/wind v0.3.1', { direct: true }), dependency('gomod acme.dev/wind/sea v0.9.0')], '0>1'),
        packageOf('go-package acme.dev/hub/cmd 1.4.0', [
          dependency('go-package acme.dev/hub 1.4.0'),
          dependency('go-package acme.dev/wind v0.3.1'),
          dependency('go-package acme.dev/wind/gust v0.3.1'),
          dependency('go-package acme.dev/wind/sea/wave v0.9.0'),
          dependency('go-package fmt -'),
        ]),
      ],
      [
        'acme.dev/hub [acme.dev/hub/cmd]: acme.dev/wind fmt',
        'acme.dev/wind/sea [acme.dev/wind/sea/wave]: ',
        'acme.dev/wind [acme.dev/wind/gust]: acme.dev/wind/sea',
        'fmt: ?',
      ],
    ],
    [
      'Go packages of two versions of a module',
      [
        packageOf('gomod acme.dev/a 1.0.0', [dependency('gomod acme.dev/wind v0.3.1')]),
        packageOf('gomod acme.dev/b 1.0.0', [dependency('gomod acme.dev/wind v0.4.0')]),
        packageOf('go-package acme.dev/a 1.0.0', [dependency('go-package acme.dev/wind/gust v0.3.1')]),
        packageOf('go-package acme.dev/b 1.0.0', [dependency('go-package acme.dev/wind/gust v0.4.0')]),
      ],
      ['acme.dev/a: acme.dev/wind', 'acme.dev/b: acme.dev/wind', 'acme.dev/wind [acme.dev/wind/gust]: ?', 'acme.dev/wind [acme.dev/wind/gust]: ?'],
    ],
    ['Go packages without a module', [packageOf('go-package acme.dev/a 1.0.0', [dependency('go-package fmt -')])], ['acme.dev/a: fmt', 'fmt: ?']],
    [
      'Go packages of a module that is a directory',
      [
        packageOf('gomod acme.dev/hub 1.4.0', [dependency('gomod acme.dev/fork/geo ./third/geo', { direct: true })]),
        packageOf('go-package acme.dev/hub 1.4.0', [dependency('go-package acme.dev/fork/geo/tile ./third/geo/tile')]),
      ],
      ['acme.dev/hub: acme.dev/fork/geo', 'acme.dev/fork/geo [acme.dev/fork/geo/tile]: '],
    ],
    ['what has no purl is left out', [packageOf('brew x 1', [dependency('brew y 1')]), packageOf('npm dash 1.0.0', [dependency('brew y 1'), dependency('npm ark 1.0.0')])], ['dash: ark', 'ark: ?']],
  ])('%s', async (_, packages, expected) => {
    expect(drawn((await buildModel([request(packages)])).components)).toEqual(expected);
  });
});

describe('components', () => {
  it.each<[string, (boolean | undefined)[], boolean | undefined]>([
    ['for development where all say so', [true, true], true],
    ['not for development where one needs them otherwise', [true, false, undefined], false],
    ['unknown where one does not say', [true, undefined], undefined],
  ])('are %s', async (_, devs, expected) => {
    const packages = devs.map((dev, at) => packageOf(`npm p${at} 1.0.0`, [dependency('npm ark 1.0.0', { dev })]));
    const { components } = await buildModel([request(packages)]);
    expect(components.find(({ name }) => name === 'ark')?.dev).toBe(expected);
  });

  it('have every file once, in order', async () => {
    const one = file('https://registry.acme.dev/ark-1.0.0.tgz');
    const other = file('https://mirror.acme.dev/ark-1.0.0.tgz', { verifiedBy: 'none' });
    const packages = [one, { ...one }, other].map((artifact, at) => packageOf(`npm p${at} 1.0.0`, [dependency('npm ark 1.0.0', { artifact })]));
    const { components } = await buildModel([request(packages)]);
    expect(components.find(({ name }) => name === 'ark')?.artifacts).toEqual([other, one]);
  });

  it('are one where no version stands for an empty one', async () => {
    const empty = { ...dependency('npm ark 1.0.0'), version: '' };
    const { components } = await buildModel([request([packageOf('npm dash 1.0.0', [empty, dependency('npm ark -')])])]);
    expect(components.map(({ ref }) => ref)).toEqual([ROOT, 'pkg:npm/ark']);
  });

  it('have a reference of their own, also where the package URL is that of another', async () => {
    const packages = [packageOf('npm dash 1.0.0', []), packageOf('npm dish 1.0.0', [])];
    const { components, sources } = await buildModel([request(packages)]);
    expect(components.map(({ purl }) => purl)).toEqual([ROOT, ROOT]);
    const refs = components.map(({ ref }) => ref);
    expect(new Set([...refs, sources[0].ref]).size).toBe(3);
    expect(sources[0].dependsOn).toEqual(refs);
  });
});

describe('sources', () => {
  it('are the repositories with their packages, each commit once, without credentials', async () => {
    const withPassword = REPO.replace('https://', 'https://user:password@');
    const { sources, toolVersions, created } = await buildModel([
      request([packageOf('npm dash 1.0.0', [], '', 'dash')], { toolVersion: null, repo: withPassword }),
      request([packageOf('pip eel 1.0', [], '', 'eel')], { completed: '2026-03-02T12:00:00Z', toolVersion: '0.2.0' }),
      request([], { ref: 'f'.repeat(40) }),
    ]);
    expect(sources).toEqual([
      {
        ref: `source:git+${REPO}@${COMMIT}`,
        name: 'Acme-Labs/Weather-Hub',
        version: COMMIT,
        purl: ROOT,
        vcsUrl: `git+${REPO}`,
        dependsOn: [`${ROOT}#dash`, `${ROOT}#eel`],
      },
      expect.objectContaining({ version: 'f'.repeat(40), dependsOn: [] }),
    ]);
    expect({ toolVersions, created }).toEqual({ toolVersions: ['0.1.0', '0.2.0'], created: '2026-03-02T12:00:00Z' });
  });

  it('whose address has no scheme are at an address with one', async () => {
    const { sources } = await buildModel([request([], { repo: 'git@git.acme.dev:team/app.git' })]);
    expect(sources).toEqual([expect.objectContaining({ vcsUrl: 'git+ssh://git@git.acme.dev/team/app.git' })]);
  });

  it('of nothing are none', async () => {
    expect(await buildModel([])).toEqual({ sources: [], components: [], toolVersions: [], created: '1970-01-01T00:00:00Z' });
  });
});
