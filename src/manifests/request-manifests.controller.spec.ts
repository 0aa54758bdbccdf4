import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BuildRequirement } from '../packages/index.js';
import { type ManifestService, REF, startManifestService } from './__fixtures__/manifest-service.js';

/** JSON of the database must hold what an archived file says, odd characters too. */
const NEEDS: BuildRequirement[] = [
  { name: 'storm-kit', version: '1.2', backend: 'setuptools.build_meta', requires: ['setuptools>=68', 'wheel'], missing: ['setuptools>=68'] },
  { name: 'haze', version: '2.0', backend: null, requires: ['odd\0\ud800'], missing: [] },
];

const DIAL = { type: 'npm', name: '@acme/dial', version: '2.0.1', dev: false };
const DASH = { type: 'npm', name: 'dash', version: '1.0.0', path: 'web/ui', dependencies: [DIAL] };
const OWN = `pkg:generic/dash?vcs_url=https%3A%2F%2Fgit.example%2Fteam%2Fapp.git%40${REF}#web/ui`;
const DIAL_PURL = 'pkg:npm/%40acme/dial@2.0.1';

let service: ManifestService;
beforeAll(async () => {
  service = await startManifestService();
});
afterAll(() => service.close());

describe('GET /requests/{id}/content-manifest', () => {
  it('tells of the packages of a complete request, and has no contents when it is stale', async () => {
    const id = await service.newRequest();
    await service.complete(id, { packages: [DASH] });
    const { status, json } = await service.call('GET', `requests/${id}/content-manifest`);
    expect(status).toBe(200);
    expect(json).toEqual({
      metadata: { icm_version: 1, icm_spec: expect.stringMatching(/content_manifest\.json$/), image_layer_index: -1 },
      image_contents: [{ purl: OWN, dependencies: [{ purl: DIAL_PURL }], sources: [{ purl: DIAL_PURL }] }],
    });
    await service.change(id, 'stale');
    expect(await service.call('GET', `requests/${id}/content-manifest`)).toMatchObject({
      status: 200,
      json: { ...json, image_contents: [] },
    });
  });

  it('is not implemented for a dependency without a package URL, which is named', async () => {
    const id = await service.newRequest();
    await service.complete(id, { packages: [{ ...DASH, dependencies: [{ ...DIAL, version: 'hg://h/x' }] }] });
    const { status, json } = await service.call('GET', `requests/${id}/content-manifest`);
    expect([status, json]).toEqual([501, { error: expect.stringMatching(/npm.*@acme\/dial.*hg:\/\/h\/x/) }]);
  });
});

describe.each(['content-manifest', 'sbom', 'build-requirements'])('GET /requests/{id}/%s', (document) => {
  it.each(['in_progress', 'failed'])('is refused while the request is %s, naming that state and both that are fine', async (state) => {
    const id = await service.newRequest();
    if (state === 'failed') await service.change(id, state);
    const { status, headers, json } = await service.call('GET', `requests/${id}/${document}`);
    expect([status, json]).toEqual([400, { error: expect.stringMatching(`"complete" or "stale".*"${state}"`) }]);
    expect(headers.get('cache-control')).not.toBe('no-cache');
  });

  it('does not know other requests', async () => {
    expect((await service.call('GET', `requests/99999/${document}`)).status).toBe(404);
  });
});

describe('the documents of a request', () => {
  it.each(['content-manifest', 'sbom', 'sbom?format=cyclonedx-1.4', 'sbom?format=spdx-2.3', 'build-requirements'])(
    'are not sent again to who has them: %s',
    async (document) => {
      const id = await service.newRequest();
      await service.complete(id, { packages: [DASH], buildRequirements: NEEDS });
      const { status, headers } = await service.call('GET', `requests/${id}/${document}`);
      expect(headers.get('cache-control')).toBe('no-cache');
      const etag = headers.get('etag') ?? '';
      expect([status, etag]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{64}(-gzip)?"$/)]);
      const again = await service.call('GET', `requests/${id}/${document}`, undefined, { 'if-none-match': etag });
      expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
      expect(again.headers.get('cache-control')).toBe('no-cache');
    },
  );
});

describe('GET /requests/{id}/build-requirements', () => {
  it('tells what was found, and still does when the request is stale', async () => {
    const id = await service.newRequest();
    const path = `requests/${id}/build-requirements`;
    const variable = { name: 'PIP_INDEX_URL', kind: 'literal' as const, mode: 'registry' as const, template: [{ fill: 'public-url' as const }] };
    await service.complete(id, { buildRequirements: NEEDS, variables: [variable] });
    expect((await service.call('GET', `requests/${id}`)).json.environment_variables).toEqual({ PIP_INDEX_URL: service.origin });
    const { status, json } = await service.call('GET', path);
    expect([status, json]).toEqual([
      200,
      { packages: [NEEDS[1], NEEDS[0]], suggested_requirements_build: expect.stringMatching(/storm-kit 1\.2\nsetuptools>=68\n$/) },
    ]);
    await service.change(id, 'stale');
    expect(await service.call('GET', path)).toMatchObject({ status, json });
  });

  it('is empty when nothing needs to be built', async () => {
    const id = await service.newRequest();
    await service.complete(id, {});
    const { status, json } = await service.call('GET', `requests/${id}/build-requirements`);
    expect([status, json]).toEqual([200, { packages: [], suggested_requirements_build: '' }]);
  });
});
