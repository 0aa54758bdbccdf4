import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CycloneDxDocument } from '../src/manifests/sbom/cyclonedx/cyclonedx.js';
import { SBOM_FORMATS, type SbomFormat } from '../src/manifests/sbom/sbom-formats.js';
import type { SpdxDocument } from '../src/manifests/sbom/spdx/spdx.js';
import { canonical } from './support/sbom-comparison.js';
import { factsOfCycloneDx, factsOfSpdx, type SbomFacts } from './support/sbom-facts.js';
import { readerObstacle, type Reading, readSboms, type SbomFamily } from './support/sbom-readers.js';
import { madePublic, SbomService } from './support/sbom-service.js';
import { itUnless } from './support/tools.js';

/** As the verbose view of a request has it. */
interface ReportedPackage {
  name: string;
  version: string | null;
  dependencies: { name: string; version: string | null }[];
}

interface Provenance {
  predicate: { buildDefinition: { resolvedDependencies: { digest: { sha256?: string } }[] } };
}

/** Those that say more than what there is. */
const RICH_FORMATS = ['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'] as const;

let sboms: SbomService;
/** What is read of the documents of a format. */
const readings = new Map<SbomFormat, Reading[]>();

beforeAll(async () => {
  sboms = await SbomService.start();
  for (const format of SBOM_FORMATS) {
    const family = familyOf(format);
    if (readerObstacle(family) !== undefined) continue;
    readings.set(format, await readSboms(family, await sboms.publicTexts(format)));
  }
});
afterAll(() => sboms?.close());

describe.each(SBOM_FORMATS)('%s', (format) => {
  itUnless(readerObstacle(familyOf(format)), 'is valid, and read without loss', async () => {
    for (const [at, text] of (await sboms.publicTexts(format)).entries()) {
      const { problems, written } = readings.get(format)![at];
      expect(problems).toEqual([]);
      expect(canonical(known(written))).toMatchObject(canonical(known(JSON.parse(text))));
    }
  });
});

describe.each(RICH_FORMATS)('%s, as a library reads it', (format) => {
  const itReads = (name: string, test: (facts: SbomFacts) => unknown): void =>
    itUnless(readerObstacle(familyOf(format)), name, async () => void (await test(factsIn(format))));

  itReads('has the packages and dependencies of the request', async ({ names }) => {
    const packages = (await sboms.view('everything')).packages as unknown as ReportedPackage[];
    const reported = packages.flatMap(({ dependencies, ...own }) => [own, ...dependencies]);
    const all = new Set(reported.map(({ name, version }) => (version === null ? name : madePublic(`${name} ${version}`))));
    expect(names).toEqual([...all].sort());
  });

  itReads('has the digests of the provenance', async ({ sha256 }) => {
    const { predicate } = JSON.parse(await sboms.text('everything', 'provenance')) as Provenance;
    const expected = predicate.buildDefinition.resolvedDependencies.flatMap(({ digest }) => digest.sha256 ?? []);
    // Packed here; the provenance has what they were packed from.
    const files = [...sha256].filter(([name]) => !/^(kite|sail) /.test(name));
    expect(files.map(([, digest]) => digest).sort()).toEqual(expected.sort());
    expect(sha256.size).toBe(expected.length + 2);
  });

  itReads('leads from the source to everything', ({ root, names, relations }) => {
    const targets = new Map<string, string[]>();
    for (const relation of relations) {
      const [, from, to] = /^(.+) (?:requires|develops with|contains) (.+)$/.exec(relation) ?? [];
      targets.set(from, [...(targets.get(from) ?? []), to]);
    }
    const reached = new Set([root]);
    for (const name of reached) for (const target of targets.get(name) ?? []) reached.add(target);
    expect(names.filter((name) => !reached.has(name))).toEqual([]);
  });

  itReads('tells licences', ({ licences }) => {
    expect([...licences]).toEqual(
      expect.arrayContaining([
        ['debug 4.3.4', 'MIT'],
        ['github.com/davecgh/go-spew v1.1.1', 'ISC'],
        ['MarkupSafe 2.1.5', 'BSD-3-Clause'],
        ['flask 3.0.3', 'License :: OSI Approved :: BSD License'],
      ]),
    );
  });

  itReads('tells requirements', ({ relations }) => {
    expect(relations.filter((each) => /^(debug|flask|jinja2|mkdirp) \S+ /.test(each))).toEqual([
      'debug 4.3.4 requires ms 2.1.2',
      'flask 3.0.3 requires blinker 1.8.2',
      'flask 3.0.3 requires click 8.1.7',
      'flask 3.0.3 requires itsdangerous 2.2.0',
      'flask 3.0.3 requires jinja2 3.1.4',
      'flask 3.0.3 requires werkzeug 3.0.3',
      'jinja2 3.1.4 requires MarkupSafe 2.1.5',
      'mkdirp 0.5.6 requires minimist 1.2.8',
    ]);
    expect(relations).toContain('kite-shop 2.0.0 develops with mkdirp 0.5.6');
  });
});

itUnless(readerObstacle('cyclonedx') ?? readerObstacle('spdx'), 'all formats say the same', async () => {
  const [one, other, spdx] = RICH_FORMATS.map(factsIn);
  expect(other).toEqual(one);
  expect(spdx).toEqual(one);
});

it('a loss would be seen', () => {
  const [component, other] = [{ name: 'a', hashes: [1] }, { name: 'a', hashes: [] }];
  expect(canonical({ components: [component] })).not.toMatchObject(canonical({ components: [other, component] }));
  expect(canonical({ components: [other] })).not.toMatchObject(canonical({ components: [component] }));
});

function familyOf(format: SbomFormat): SbomFamily {
  return format === 'spdx-2.3' ? 'spdx' : 'cyclonedx';
}

/** What is read of the document about the request for everything. */
function factsIn(format: SbomFormat): SbomFacts {
  const { written } = readings.get(format)![sboms.kinds.indexOf('everything')];
  return format === 'spdx-2.3' ? factsOfSpdx(written as SpdxDocument) : factsOfCycloneDx(written as CycloneDxDocument);
}

/**
 * Without what cyclonedx-python-lib does not know: that the requirements of a component are unknown. To it they are the
 * same as none.
 */
function known(document: { compositions?: object; dependencies?: { dependsOn?: string[] }[] }): object {
  const dependencies = document.dependencies?.filter(({ dependsOn = [] }) => dependsOn.length > 0) ?? [];
  return { ...document, dependencies, compositions: [] };
}
