import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spdxValidator } from '../../../../test/support/schemas/validators.js';
import { anyModel, artifact, COMMIT, component, DIGEST, licensed, model, MODELS, SMALL, source } from '../__fixtures__/models.js';
import { spdx } from './spdx.js';

const errorsOf = spdxValidator();

describe('an SPDX document', () => {
  it.each(MODELS)('is valid for %s', async (_, each) => {
    expect(errorsOf(await spdx(each))).toEqual([]);
  });

  it('is valid for any model, with unique ids and relationships between what is there', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, async (each) => {
        const document = await spdx(each);
        expect(errorsOf(document)).toEqual([]);
        const ids = [document.SPDXID, ...document.packages.map(({ SPDXID }) => SPDXID)];
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(id).toMatch(/^SPDXRef-[a-zA-Z0-9.-]+$/);
        const related = document.relationships.flatMap(({ spdxElementId, relatedSpdxElement }) => [spdxElementId, relatedSpdxElement]);
        expect([...ids, 'NONE', 'NOASSERTION']).toEqual(expect.arrayContaining(related));
        const licenses = document.hasExtractedLicensingInfos?.map(({ licenseId }) => licenseId) ?? [];
        expect(new Set(licenses).size).toBe(licenses.length);
        const named = document.packages.flatMap(({ licenseDeclared }) => licenseDeclared.match(/LicenseRef-[\w.-]+/g) ?? []);
        expect(new Set(named)).toEqual(new Set(licenses));
        expect(document.documentNamespace).toMatch(/^https:\/\/spdx\.org\/spdxdocs\/[a-zA-Z0-9.-]+$/);
      }),
    );
  });

  it('says what a model says', async () => {
    const document: unknown = JSON.parse(JSON.stringify(await spdx(SMALL)));
    const unknown = { licenseConcluded: 'NOASSERTION', copyrightText: 'NOASSERTION', supplier: 'NOASSERTION', filesAnalyzed: false };
    const purl = (referenceLocator: string): object[] => [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }];
    expect(document).toEqual({
      spdxVersion: 'SPDX-2.3',
      dataLicense: 'CC0-1.0',
      SPDXID: 'SPDXRef-DOCUMENT',
      name: `labs/hub ${COMMIT}`,
      documentNamespace: expect.stringMatching(/^https:\/\/spdx\.org\/spdxdocs\/labs-hub-[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      creationInfo: { created: '2026-03-01T12:00:00Z', creators: ['Tool: Cachito-0.1.0'] },
      packages: [
        {
          SPDXID: 'SPDXRef-Source-1',
          name: 'labs/hub',
          versionInfo: COMMIT,
          downloadLocation: `git+https://git.acme.dev/labs/hub.git@${COMMIT}`,
          licenseDeclared: 'NOASSERTION',
          primaryPackagePurpose: 'APPLICATION',
          externalRefs: purl(`pkg:generic/hub?vcs_url=https%3A%2F%2Fgit.acme.dev%2Flabs%2Fhub.git%40${COMMIT}`),
          ...unknown,
        },
        {
          SPDXID: 'SPDXRef-Package-1',
          name: 'dash',
          versionInfo: '1.0.0',
          downloadLocation: 'NONE',
          licenseDeclared: 'NOASSERTION',
          primaryPackagePurpose: 'APPLICATION',
          externalRefs: purl('pkg:generic/hub#ui'),
          ...unknown,
        },
        {
          SPDXID: 'SPDXRef-Package-2',
          name: 'acme.dev/wind',
          versionInfo: 'v0.3.1',
          downloadLocation: 'NOASSERTION',
          licenseDeclared: 'NOASSERTION',
          primaryPackagePurpose: 'LIBRARY',
          externalRefs: purl('pkg:golang/acme.dev%2Fwind@v0.3.1'),
          ...unknown,
        },
        {
          SPDXID: 'SPDXRef-Package-3',
          name: 'acme.dev/wind/gust',
          versionInfo: 'v0.3.1',
          downloadLocation: 'NOASSERTION',
          licenseDeclared: 'NOASSERTION',
          primaryPackagePurpose: 'LIBRARY',
          externalRefs: purl('pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1'),
          ...unknown,
        },
        {
          SPDXID: 'SPDXRef-Package-4',
          name: 'kite',
          versionInfo: '2.1.3',
          downloadLocation: 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz',
          checksums: [{ algorithm: 'SHA256', checksumValue: DIGEST }],
          sourceInfo: 'Verified by: lock file.',
          licenseDeclared: 'MIT',
          primaryPackagePurpose: 'LIBRARY',
          externalRefs: purl('pkg:npm/kite@2.1.3'),
          ...unknown,
        },
        {
          SPDXID: 'SPDXRef-Package-5',
          name: 'lint',
          versionInfo: '5.1.0',
          downloadLocation: `git+https://git.acme.dev/x/lint.git@${COMMIT}`,
          checksums: [{ algorithm: 'SHA256', checksumValue: DIGEST }],
          sourceInfo: 'Verified by: git commit.',
          licenseDeclared: 'LicenseRef-Declared-ce4907699ce83a9c3c399f07b73e2da9',
          primaryPackagePurpose: 'LIBRARY',
          externalRefs: purl('pkg:npm/lint@5.1.0'),
          ...unknown,
        },
      ],
      hasExtractedLicensingInfos: [
        { licenseId: 'LicenseRef-Declared-ce4907699ce83a9c3c399f07b73e2da9', extractedText: 'Acme licence' },
      ],
      relationships: [
        ['DOCUMENT', 'DESCRIBES', 'Source-1'],
        ['Source-1', 'CONTAINS', 'Package-1'],
        ['Package-1', 'DEPENDS_ON', 'Package-4'],
        ['Package-5', 'DEV_DEPENDENCY_OF', 'Package-1'],
        ['Package-2', 'CONTAINS', 'Package-3'],
        ['Package-2', 'DEPENDS_ON', 'NOASSERTION'],
        ['Package-4', 'DEPENDS_ON', 'NONE'],
        ['Package-5', 'DEPENDS_ON', 'Package-4'],
      ].map(([one, relationshipType, other]) => ({
        spdxElementId: `SPDXRef-${one}`,
        relationshipType,
        relatedSpdxElement: other.includes('-') ? `SPDXRef-${other}` : other,
      })),
    });
  });

  it('describes nothing when there is nothing', async () => {
    const document = await spdx(model([], { sources: [], toolVersions: [] }));
    expect(document).toMatchObject({
      name: 'empty',
      creationInfo: { creators: ['Tool: Cachito'] },
      packages: [],
      relationships: [{ spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'NONE' }],
    });
  });

  it.each([
    ['an id', [licensed('MIT')], 'MIT'],
    ['files with other expressions', [licensed('MIT OR ISC'), licensed('0BSD')], '0BSD AND (MIT OR ISC)'],
    ['a licence that the package defines', [licensed('MIT OR LicenseRef-acme')], 'MIT OR LicenseRef-acme'],
    ['nothing', [licensed(null)], 'NOASSERTION'],
    ['what nobody looked at', [artifact()], 'NOASSERTION'],
  ])('tells the licence: %s', async (_, artifacts, expected) => {
    const { packages } = await spdx(model([component({ artifacts })]));
    expect(packages[1].licenseDeclared).toBe(expected);
  });

  it.each([
    ['https://registry.npmjs.org/kite/-/kite-2.1.3.tgz', 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz'],
    [`git+https://git.acme.dev/x/lint.git#${COMMIT}`, `git+https://git.acme.dev/x/lint.git@${COMMIT}`],
    [`git+ssh://git@git.acme.dev:22/x/lint.git#${COMMIT}`, `git+ssh://git.acme.dev:22/x/lint.git@${COMMIT}`],
    ['https://dl.acme.dev/a b#c', 'https://dl.acme.dev/a%20b#c'],
    ['made:anything', 'NOASSERTION'],
  ])('has the location of %s', async (upstream, expected) => {
    const { packages } = await spdx(model([component({ artifacts: [artifact({ upstream })] })]));
    expect(packages[1].downloadLocation).toBe(expected);
  });

  it('tells of further files of a component in words', async () => {
    const other = artifact({ upstream: 'https://dl.acme.dev/kite.whl', sha256: '0'.repeat(64), verifiedBy: 'none' });
    const { packages } = await spdx(model([component({ artifacts: [artifact(), other] })]));
    expect(packages[1]).toMatchObject({
      downloadLocation: artifact().upstream,
      checksums: [{ checksumValue: DIGEST }],
      sourceInfo: `Verified by: lock file.\nAlso archived: ${other.upstream} (SHA256 ${other.sha256}). Verified by: none.`,
    });
  });

  it('has a namespace that changes with what it says', async () => {
    const models = [SMALL, SMALL, model([]), model([], { sources: [source({ name: 'labs/dial' })] })];
    const namespaces = await Promise.all(models.map(async (each) => (await spdx(each)).documentNamespace));
    expect(namespaces[0]).toBe(namespaces[1]);
    expect(new Set(namespaces).size).toBe(3);
  });
});
