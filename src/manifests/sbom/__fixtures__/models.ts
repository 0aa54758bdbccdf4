import fc from 'fast-check';
import type { ArtifactEvidence } from '../../../dependencies/index.js';
import type { SbomModel, SbomModelComponent, SbomSource } from '../model.js';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export function source(changes: Partial<SbomSource> = {}): SbomSource {
  return {
    ref: `source:git+https://git.acme.dev/labs/hub.git@${COMMIT}`,
    name: 'labs/hub',
    version: COMMIT,
    purl: `pkg:generic/hub?vcs_url=https%3A%2F%2Fgit.acme.dev%2Flabs%2Fhub.git%40${COMMIT}`,
    vcsUrl: 'git+https://git.acme.dev/labs/hub.git',
    dependsOn: [],
    ...changes,
  };
}

export function component(changes: Partial<SbomModelComponent> = {}): SbomModelComponent {
  return { ref: 'pkg:npm/kite@2.1.3', name: 'kite', purl: 'pkg:npm/kite@2.1.3', isPackage: false, artifacts: [], contains: [], ...changes };
}

export function artifact(changes: Partial<ArtifactEvidence> = {}): ArtifactEvidence {
  const upstream = 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz';
  return { upstream, sha256: DIGEST, size: 1234, verifiedBy: 'lock file', ...changes };
}

export function licensed(expression: string | null, declared: string | null = null): ArtifactEvidence {
  return artifact({ license: { expression, declared, file: 'package/package.json' } });
}

export function model(components: readonly SbomModelComponent[], changes: Partial<SbomModel> = {}): SbomModel {
  return { sources: [source()], components, toolVersions: ['0.1.0'], created: '2026-03-01T12:00:00Z', ...changes };
}

/** A package, what it needs, also for development, and a Go module with a part, of which nothing is known. */
export const SMALL: SbomModel = model(
  [
    component({
      ref: 'pkg:generic/hub#ui',
      name: 'dash',
      version: '1.0.0',
      purl: 'pkg:generic/hub#ui',
      isPackage: true,
      dependsOn: ['pkg:npm/kite@2.1.3', 'pkg:npm/lint@5.1.0'],
    }),
    component({
      ref: 'pkg:golang/acme.dev%2Fwind@v0.3.1',
      name: 'acme.dev/wind',
      version: 'v0.3.1',
      purl: 'pkg:golang/acme.dev%2Fwind@v0.3.1',
      contains: [
        component({
          ref: 'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
          name: 'acme.dev/wind/gust',
          version: 'v0.3.1',
          purl: 'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
        }),
      ],
    }),
    component({ version: '2.1.3', dev: false, artifacts: [licensed('MIT')], dependsOn: [] }),
    component({
      ref: 'pkg:npm/lint@5.1.0',
      name: 'lint',
      version: '5.1.0',
      purl: 'pkg:npm/lint@5.1.0',
      dev: true,
      artifacts: [
        artifact({
          upstream: `git+https://git.acme.dev/x/lint.git#${COMMIT}`,
          verifiedBy: 'git commit',
          license: { expression: null, declared: 'Acme licence', file: 'package.json' },
        }),
      ],
      dependsOn: ['pkg:npm/kite@2.1.3'],
    }),
  ],
  { sources: [source({ dependsOn: ['pkg:generic/hub#ui'] })] },
);

const HOSTILE = ['', ' ', '@', 'a b@c', '\0\u0001\n\r\t\u001b[31m', '\ud800x\udfff', 'é漢字🎈', '"><script>', '__proto__', 'x'.repeat(100_000)];
const ADDRESSES = [
  'https://dl.acme.dev/a b/ü%zz%20[1]^|{}"<>\\`#one#two',
  'https://münchen.example/x',
  'https://[::1]:8443/x.tgz',
  'https://[/x',
  'https://a b/x',
  'https://host:port/x',
  `git+ssh://git@git.acme.dev/x.git#${COMMIT}`,
  `git+git@git.acme.dev:x/y.git#${COMMIT}`,
  'git+',
  'made:anything',
  `https://dl.acme.dev/${'é'.repeat(50_000)}`,
  'https://dl.acme.dev/\ud800',
];

/** Models of every kind, by what is special about them. */
export const MODELS: [string, SbomModel][] = [
  ['nothing', model([], { sources: [], toolVersions: [], created: '1970-01-01T00:00:00Z' })],
  ['a source without packages', model([])],
  ['one source', SMALL],
  ['several sources', model(SMALL.components, { sources: [...SMALL.sources, source({ ref: 'other' })], toolVersions: ['0.1.0', '0.2.0'] })],
  ['a component of which little is known', model([component()])],
  ...HOSTILE.map((text): [string, SbomModel] => [`the text ${JSON.stringify(text.slice(0, 20))}`, hostile(text)]),
  ...ADDRESSES.map((address): [string, SbomModel] => [
    `the address ${JSON.stringify(address.slice(0, 60))}`,
    model([component({ artifacts: [artifact({ upstream: address })] })], { sources: [source({ vcsUrl: address })] }),
  ]),
  ...licenses().map((artifacts): [string, SbomModel] => [
    `the licences ${artifacts.map(({ license }) => license?.expression ?? license?.declared).join(', ')}`,
    model([component({ artifacts })]),
  ]),
  ['files of equal and different digests', model([component({ artifacts: [artifact(), artifact({ verifiedBy: 'none' }), artifact({ sha256: '0'.repeat(64) })] })])],
  ['components that differ in nothing but their ref', model([component({ ref: 'one' }), component({ ref: 'other' })])],
];

function hostile(text: string): SbomModel {
  const artifacts = [artifact({ verifiedBy: text, upstream: text, license: { expression: null, declared: text, file: text } })];
  const own = component({ name: text, version: text, purl: `pkg:npm/${text}`, artifacts });
  return model([own], { sources: [source({ name: text, purl: `pkg:generic/${text}` })] });
}

function licenses(): ArtifactEvidence[][] {
  return [
    [licensed('MIT')],
    [licensed('GPL-2.0+')],
    [licensed('Brand-New-1.0')],
    [licensed('MIT OR (Apache-2.0 WITH LLVM-exception AND BSD-3-Clause)')],
    [licensed('MIT'), licensed('Apache-2.0 OR ISC'), licensed('MIT')],
    [licensed('MIT OR LicenseRef-acme')],
    [licensed('DocumentRef-other:LicenseRef-acme')],
    [licensed(null, 'See the file')],
    [licensed('MIT'), licensed(null, 'See the file')],
    [licensed(null)],
  ];
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE.slice(0, -1)));
const anyArtifact: fc.Arbitrary<ArtifactEvidence> = fc.record(
  {
    upstream: fc.oneof(fc.webUrl(), fc.constantFrom(...ADDRESSES), text),
    sha256: fc.constantFrom(DIGEST, '0'.repeat(64)),
    size: fc.nat(),
    verifiedBy: fc.constantFrom('lock file', 'registry', 'none'),
    license: fc.record({
      expression: fc.constantFrom(null, 'MIT', 'MIT OR ISC', 'LicenseRef-x', 'New-1.0'),
      declared: fc.option(text),
      file: fc.option(text),
    }),
  },
  { requiredKeys: ['upstream', 'sha256', 'size', 'verifiedBy'] },
);

/** Any model: components, some parts of others, that refer to each other as they like. */
export const anyModel: fc.Arbitrary<SbomModel> = fc.integer({ min: 0, max: 8 }).chain((count) => {
  const places = Array.from({ length: count }, (_, at) => at);
  const componentAt = (at: number): fc.Arbitrary<SbomModelComponent> =>
    fc.record(
      {
        ref: fc.constant(`pkg:npm/${at}`),
        name: text,
        version: text,
        purl: text.map((name) => `pkg:npm/${name}`),
        isPackage: fc.boolean(),
        dev: fc.boolean(),
        artifacts: fc.array(anyArtifact, { maxLength: 3 }),
        dependsOn: fc.subarray(places).map((chosen) => chosen.map((place) => `pkg:npm/${place}`)),
        contains: fc.constant([]),
      },
      { requiredKeys: ['ref', 'name', 'purl', 'isPackage', 'artifacts', 'contains'] },
    );
  return fc
    .record({
      all: fc.tuple(...places.map(componentAt)),
      parts: fc.nat(count),
      sources: fc.integer({ min: 1, max: 3 }),
      toolVersions: fc.uniqueArray(text, { maxLength: 2 }),
    })
    .map(({ all, parts, sources, toolVersions }) => {
      const contains = all.slice(all.length - parts);
      const [first, ...others] = all.slice(0, all.length - parts);
      const components = first === undefined ? [] : [{ ...first, contains }, ...others];
      const dependsOn = components.filter(({ isPackage }) => isPackage).map(({ ref }) => ref);
      return model(components, {
        sources: Array.from({ length: sources }, (_, at) => source({ ref: `source:${at}`, dependsOn })),
        toolVersions,
      });
    });
});
