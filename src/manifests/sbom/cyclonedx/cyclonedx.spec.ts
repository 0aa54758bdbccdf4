import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cycloneDxValidator } from '../../../../test/support/schemas/validators.js';
import { anyModel, artifact, COMMIT, component, DIGEST, licensed, model, MODELS, SMALL, source } from '../__fixtures__/models.js';
import type { CycloneDxComponent } from './component.js';
import { cycloneDx, type CycloneDxDocument } from './cyclonedx.js';

describe.each(['1.6', '1.7'] as const)('CycloneDX %s', (version) => {
  const errorsOf = cycloneDxValidator(version);

  it.each(MODELS)('is valid for %s', async (_, each) => {
    expect(errorsOf(await cycloneDx(version, each))).toEqual([]);
  });

  it('is valid for any model, with unique references to what is there', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, async (each) => {
        const document = await cycloneDx(version, each);
        expect(errorsOf(document)).toEqual([]);
        const refs = refsIn(document);
        expect(new Set(refs).size).toBe(refs.length);
        const named = document.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
        const unknown = document.compositions?.flatMap(({ dependencies }) => dependencies) ?? [];
        expect(refs).toEqual(expect.arrayContaining([...named, ...unknown]));
      }),
    );
  });
});

function refsIn({ metadata, components }: CycloneDxDocument): string[] {
  const refsOf = (each: CycloneDxComponent): string[] => [each['bom-ref'], ...(each.components ?? []).flatMap(refsOf)];
  return [...(metadata.component === undefined ? [] : [metadata.component]), ...components].flatMap(refsOf);
}

describe('a CycloneDX document', () => {
  it('says what a model says', async () => {
    const document: unknown = JSON.parse(JSON.stringify(await cycloneDx('1.6', SMALL)));
    expect(document).toEqual({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: expect.stringMatching(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      version: 1,
      metadata: {
        timestamp: '2026-03-01T12:00:00Z',
        tools: { components: [{ type: 'application', name: 'Cachito', version: '0.1.0' }] },
        component: {
          type: 'application',
          'bom-ref': `source:git+https://git.acme.dev/labs/hub.git@${COMMIT}`,
          name: 'labs/hub',
          version: COMMIT,
          purl: `pkg:generic/hub?vcs_url=https%3A%2F%2Fgit.acme.dev%2Flabs%2Fhub.git%40${COMMIT}`,
          externalReferences: [{ type: 'vcs', url: 'git+https://git.acme.dev/labs/hub.git' }],
        },
      },
      components: [
        { type: 'application', 'bom-ref': 'pkg:generic/hub#ui', name: 'dash', version: '1.0.0', purl: 'pkg:generic/hub#ui' },
        {
          type: 'library',
          'bom-ref': 'pkg:golang/acme.dev%2Fwind@v0.3.1',
          name: 'acme.dev/wind',
          version: 'v0.3.1',
          purl: 'pkg:golang/acme.dev%2Fwind@v0.3.1',
          components: [
            {
              type: 'library',
              'bom-ref': 'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
              name: 'acme.dev/wind/gust',
              version: 'v0.3.1',
              purl: 'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
            },
          ],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:npm/kite@2.1.3',
          name: 'kite',
          version: '2.1.3',
          scope: 'required',
          hashes: [{ alg: 'SHA-256', content: DIGEST }],
          licenses: [{ license: { id: 'MIT', acknowledgement: 'declared' } }],
          purl: 'pkg:npm/kite@2.1.3',
          externalReferences: [
            {
              type: 'distribution',
              url: 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz',
              hashes: [{ alg: 'SHA-256', content: DIGEST }],
              comment: 'Verified by: lock file',
            },
          ],
          properties: [{ name: 'cachito:verified_by', value: 'lock file' }],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:npm/lint@5.1.0',
          name: 'lint',
          version: '5.1.0',
          scope: 'excluded',
          hashes: [{ alg: 'SHA-256', content: DIGEST }],
          licenses: [{ license: { name: 'Acme licence', acknowledgement: 'declared' } }],
          purl: 'pkg:npm/lint@5.1.0',
          externalReferences: [
            { type: 'vcs', url: `git+https://git.acme.dev/x/lint.git#${COMMIT}`, comment: 'Verified by: git commit' },
          ],
          properties: [{ name: 'cachito:verified_by', value: 'git commit' }],
        },
      ],
      dependencies: [
        { ref: `source:git+https://git.acme.dev/labs/hub.git@${COMMIT}`, dependsOn: ['pkg:generic/hub#ui'] },
        { ref: 'pkg:generic/hub#ui', dependsOn: ['pkg:npm/kite@2.1.3', 'pkg:npm/lint@5.1.0'] },
        { ref: 'pkg:npm/kite@2.1.3' },
        { ref: 'pkg:npm/lint@5.1.0', dependsOn: ['pkg:npm/kite@2.1.3'] },
      ],
      compositions: [{ aggregate: 'unknown', dependencies: ['pkg:golang/acme.dev%2Fwind@v0.3.1'] }],
    });
  });

  it('has one root for several sources', async () => {
    const sources = [source({ ref: 'one' }), source({ ref: 'two', name: 'labs/dial' })];
    const { metadata, dependencies } = await cycloneDx('1.7', model([], { sources }));
    expect(metadata.component).toMatchObject({
      type: 'application',
      'bom-ref': 'sources',
      name: 'labs/hub, labs/dial',
      components: [{ 'bom-ref': 'one' }, { 'bom-ref': 'two' }],
    });
    expect(dependencies).toEqual([{ ref: 'sources', dependsOn: ['one', 'two'] }, { ref: 'one' }, { ref: 'two' }]);
  });

  it.each([
    ['an id', [licensed('MIT')], [{ license: { id: 'MIT' } }]],
    ['a deprecated id', [licensed('GPL-2.0+')], [{ license: { id: 'GPL-2.0+' } }]],
    ['an id that the list does not have', [licensed('New-1.0')], [{ expression: 'New-1.0' }]],
    ['an expression', [licensed('MIT OR ISC')], [{ expression: 'MIT OR ISC' }]],
    ['words', [licensed(null, 'See the file')], [{ license: { name: 'See the file' } }]],
    ['files that agree', [licensed('MIT'), licensed('MIT')], [{ license: { id: 'MIT' } }]],
    ['files with other expressions', [licensed('MIT OR ISC'), licensed('0BSD')], [{ expression: '0BSD AND (MIT OR ISC)' }]],
    ['an expression and words', [licensed('MIT OR ISC'), licensed(null, 'mine')], [{ license: { name: 'MIT OR ISC' } }, { license: { name: 'mine' } }]],
    ['nothing', [licensed(null)], undefined],
    ['what nobody looked at', [artifact()], undefined],
  ])('tells the licence: %s', async (_, artifacts, expected) => {
    const { components } = await cycloneDx('1.6', model([component({ artifacts })]));
    const declared = expected?.map((each) =>
      'license' in each ? { license: { ...each.license, acknowledgement: 'declared' } } : { ...each, acknowledgement: 'declared' },
    );
    expect(components[0].licenses).toEqual(declared);
  });

  it('has the digest of a component that has one, and names the files of one that has several', async () => {
    const other = artifact({ upstream: 'https://dl.acme.dev/kite.whl', sha256: '0'.repeat(64), verifiedBy: 'none' });
    const { components } = await cycloneDx('1.6', model([component({ artifacts: [other, artifact(), artifact({ verifiedBy: 'registry' })] })]));
    expect(components[0]).toMatchObject({
      externalReferences: [
        { url: other.upstream, hashes: [{ content: other.sha256 }], comment: 'Verified by: none' },
        { url: artifact().upstream, hashes: [{ content: DIGEST }], comment: 'Verified by: lock file, registry' },
      ],
      properties: ['lock file', 'none', 'registry'].map((value) => ({ name: 'cachito:verified_by', value })),
    });
    expect(components[0].hashes).toBeUndefined();
  });

  it('leaves out a version that is too long for the schema: the purl has it', async () => {
    const { components } = await cycloneDx('1.6', model([component({ version: '1'.repeat(1025) })]));
    expect(components[0].version).toBeUndefined();
  });

  it('has a serial number that changes with what it says', async () => {
    const numbers = await Promise.all(
      [cycloneDx('1.6', SMALL), cycloneDx('1.6', SMALL), cycloneDx('1.7', SMALL), cycloneDx('1.6', model([]))].map(
        async (document) => (await document).serialNumber,
      ),
    );
    expect(numbers[0]).toBe(numbers[1]);
    expect(new Set(numbers).size).toBe(3);
  });
});
