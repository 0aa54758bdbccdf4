import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ManifestService, startManifestService } from './__fixtures__/manifest-service.js';

const packageOf = (path: string, version = '1.0.0') => ({
  type: 'pip',
  name: 'own',
  version,
  path,
  dependencies: [{ type: 'pip', name: 'haze', version: '2.0', dev: false }],
});

let service: ManifestService;
/** Of requests by their state; `other` is complete, too, and `refused` has a dependency without a package URL. */
const ids: Record<'complete' | 'other' | 'refused' | 'in_progress' | 'failed' | 'stale', number> = {
  complete: 0,
  other: 0,
  refused: 0,
  in_progress: 0,
  failed: 0,
  stale: 0,
};

beforeAll(async () => {
  service = await startManifestService();
  for (const name of Object.keys(ids) as (keyof typeof ids)[]) ids[name] = await service.newRequest();
  await service.complete(ids.complete, { packages: [packageOf('b'), packageOf('d', '2.0.0')] });
  await service.complete(ids.other, { packages: [packageOf('c'), packageOf('a', '2.0.0'), packageOf('b', '3.0.0')] });
  const address = { type: 'pip', name: 'mist', version: 'https://h/m.zip', dev: true };
  await service.complete(ids.refused, { packages: [{ ...packageOf('b'), dependencies: [address] }] });
  await service.complete(ids.stale, { packages: [packageOf('b')] });
  await service.change(ids.stale, 'stale');
  await service.change(ids.failed, 'failed');
});
afterAll(() => service.close());

const get = async (path: string, requests: string): Promise<[number, Record<string, unknown>]> => {
  const { status, json } = await service.call('GET', `${path}?requests=${encodeURIComponent(requests)}`);
  return [status, json];
};

describe.each(['content-manifest', 'sbom'])('GET /%s', (path) => {
  const EMPTY: Record<string, object> = {
    'content-manifest': { metadata: { icm_version: 1, icm_spec: expect.any(String), image_layer_index: -1 }, image_contents: [] },
    sbom: { bomFormat: 'CycloneDX', specVersion: '1.4', version: 1, components: [] },
  };

  it.each(['', '?requests=', '?requests=%20', '?requests=,%20,'])('is empty for %j', async (query) => {
    const { status, json } = await service.call('GET', `${path}${query}`);
    expect([status, json]).toEqual([200, EMPTY[path]]);
  });

  it('trims items, skips blank ones and collapses repeated ones, in any order', async () => {
    const { complete, other } = ids;
    const [status, document] = await get(path, `${complete},${other}`);
    expect(status).toBe(200);
    expect(document).not.toEqual(EMPTY[path]);
    for (const spelled of [`${other},${complete}`, ` ${complete} ,,${other}\t,`, `${complete},0${other},${complete}`]) {
      expect(await get(path, spelled)).toEqual([200, document]);
    }
  });

  it.each(['x', '1.5', '0x1', '1e3', '1 2', '١', '--1', '"'])('refuses %j before anything else, quoting it', async (item) => {
    const [status, { error }] = await get(path, `${ids.failed},99999, ${item} ,${ids.complete}`);
    expect([status, error]).toEqual([400, expect.stringContaining('is not an integer')]);
    if (item !== '"') expect(error).toContain(`"${item}"`);
  });

  it('refuses ids that do not exist before those that are not complete, listing all', async () => {
    const [status, { error }] = await get(path, `99998,${ids.failed},${ids.complete},99999,-1,+99998,0${'9'.repeat(30)},-0,0`);
    expect([status, error]).toEqual([400, expect.stringMatching(/: 99998, 99999, -1, 9{30}, 0$/)]);
  });

  it('refuses requests that are not complete, listing each with its state; stale ones, too', async () => {
    const { in_progress, failed, stale, complete } = ids;
    const [status, { error }] = await get(path, [stale, failed, complete, in_progress].join());
    expect(status).toBe(400);
    for (const each of [`${in_progress} is in_progress`, `${failed} is failed`, `${stale} is stale`]) expect(error).toContain(each);
    expect(error).not.toContain('is complete');
  });

  it('is not implemented when a dependency of any of them has no package URL', async () => {
    const [status, { error }] = await get(path, `${ids.complete},${ids.refused}`);
    expect([status, error]).toEqual([501, expect.stringContaining('mist')]);
  });

  it('refuses other parameters', async () => {
    expect((await service.call('GET', `${path}?request=1`)).status).toBe(400);
  });
});

describe('what is combined', () => {
  it('has all contents in the manifest, equal ones too, sorted together', async () => {
    const [, { image_contents: contents }] = await get('content-manifest', `${ids.other},${ids.complete}`);
    const subpaths = (contents as { purl: string }[]).map(({ purl }) => purl.split('#')[1]);
    expect(subpaths).toEqual(['a', 'b', 'b', 'c', 'd']);
  });

  it('has equal components once in the SBOM', async () => {
    const [, { components }] = await get('sbom', `${ids.other},${ids.complete}`);
    const shown = (components as { purl: string; version: string }[]).map(({ purl, version }) => [purl.split(/[#@]/).at(-1), version]);
    expect(shown).toEqual([['a', '2.0.0'], ['b', '1.0.0'], ['b', '3.0.0'], ['c', '1.0.0'], ['d', '2.0.0'], ['2.0', '2.0']]);
  });
});
