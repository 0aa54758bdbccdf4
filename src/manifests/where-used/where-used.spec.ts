import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { Catalogue, DependencyPaths } from '../../dependencies/index.js';
import { CachitoNotImplementedError, ValidationError } from '../../errors/index.js';
import { type SearchParameters, searchTerms } from './search-terms.js';
import { WhereUsed } from './where-used.js';

const KITE = { type: 'npm', name: 'kite', version: '2.1.3' };
const RAINBAR = { type: 'npm', name: 'rainbar', version: '3.2.0' };
const DASH = { type: 'npm', name: 'dash', version: '1.0.0' };
const SHA = 'c'.repeat(64);

describe('WhereUsed', () => {
  let database: TestDatabase;
  let whereUsed: WhereUsed;
  const ids: number[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    const { dataSource } = database;
    whereUsed = new WhereUsed(dataSource, new DependencyPaths(dataSource));
    const [{ id: artifact }]: { id: string }[] = await dataSource.query(
      `INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "size", "verified_by")
       VALUES ('npm', 'kite', '2.1.3', 'https://registry.acme.dev/kite.tgz', $1, 10, 'package-lock.json') RETURNING "id"`,
      [SHA],
    );
    const catalogue = new Catalogue(dataSource);
    for (const [state, dev, labels] of [[4, false, null], [2, true, '{"team":"sky"}']] as const) {
      await dataSource.transaction(async (manager) => {
        const dependencies = [RAINBAR, { ...KITE, dev, artifact: { id: Number(artifact) } }];
        const edges = [{ package: DASH, from: DASH, to: RAINBAR }, { package: DASH, from: RAINBAR, to: KITE }];
        const [saved] = await catalogue.save(manager, [{ ...DASH, path: 'web/ui', dependencies }], edges);
        const [{ id }]: { id: number }[] = await manager.query(
          `INSERT INTO "request" ("repo", "repo_name", "ref", "state", "labels", "created")
           VALUES ('https://h/team/app', 'team/app', repeat('a', 40), $1, $2, '2026-03-01 12:00:00.123456') RETURNING "id"`,
          [state, labels],
        );
        await manager.query(
          `INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id") VALUES ($1, 0, $2, $3, $4)`,
          [id, saved.componentId, saved.path, saved.dependencySetId],
        );
        ids.push(id);
      });
    }
  });
  afterAll(() => database.close());

  it('tells who uses something, how it came in, and stale requests too', async () => {
    const { total, items } = await whereUsed.page(searchTerms({ purl: 'pkg:npm/kite@2.1.3' }), { labels: [] }, 1, 10);
    expect(total).toBe(2);
    expect(items.map(({ request }) => request.id)).toEqual([ids[1], ids[0]]);
    expect(items[1]).toEqual({
      ...KITE,
      purl: 'pkg:npm/kite@2.1.3',
      dev: false,
      artifact_id: expect.any(Number),
      request: { id: ids[0], repo: 'https://h/team/app', ref: 'a'.repeat(40), state: 'stale', created: '2026-03-01T12:00:00.123456', labels: {} },
      package: { ...DASH, path: 'web/ui' },
      path: ['dash@1.0.0', 'rainbar@3.2.0', 'kite@2.1.3'],
    });
  });

  it.each<[string, SearchParameters, Partial<Parameters<WhereUsed['page']>[1]>, number]>([
    ['type and name', { type: 'npm', name: 'kite' }, {}, 2],
    ['another version', { type: 'npm', name: 'kite', version: '9' }, {}, 0],
    ['another type', { type: 'pip', name: 'kite' }, {}, 0],
    ['the digest of a file', { sha256: SHA }, {}, 2],
    ['development only', { sha256: SHA }, { dev: true }, 1],
    ['not for development', { sha256: SHA }, { dev: false }, 1],
    ['a state', { sha256: SHA }, { state: 'complete' }, 1],
    ['a label', { sha256: SHA }, { labels: ['team:sky'] }, 1],
    ['a label that nobody has', { sha256: SHA }, { labels: ['team:sea'] }, 0],
  ])('finds by %s', async (_, parameters, filter, total) => {
    const found = await whereUsed.page(searchTerms(parameters), { labels: [], ...filter }, 1, 10);
    expect([found.total, found.items.length]).toEqual([total, total]);
  });

  it('shows pages', async () => {
    const terms = searchTerms({ sha256: SHA });
    expect((await whereUsed.page(terms, { labels: [] }, 2, 1)).items.map(({ request }) => request.id)).toEqual([ids[0]]);
    expect(await whereUsed.page(terms, { labels: [] }, 3, 1)).toEqual({ total: 2, items: [] });
  });

  it('shows an archived file', async () => {
    const { items } = await whereUsed.page(searchTerms({ sha256: SHA }), { labels: [] }, 1, 1);
    expect(await whereUsed.artifact(items[0].artifact_id ?? 0)).toEqual({
      ...KITE,
      upstream: 'https://registry.acme.dev/kite.tgz',
      digests: { sha256: SHA },
      size: 10,
      first_seen: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
      verified_by: 'package-lock.json',
      purl: 'pkg:npm/kite@2.1.3',
    });
    expect(await whereUsed.artifact(99_999)).toBeUndefined();
  });
});

describe('searchTerms', () => {
  it.each<[SearchParameters, object]>([
    [{ purl: 'pkg:npm/%40acme/dial@2.0.1' }, { types: ['npm', 'yarn'], names: ['@acme/dial'], version: '2.0.1' }],
    [{ purl: 'pkg:golang/acme.dev%2Fhub@v1.4.0' }, { types: ['gomod', 'go-package'], names: ['acme.dev/hub'], version: 'v1.4.0' }],
    [{ purl: 'pkg:golang/acme.dev/hub' }, { types: ['gomod', 'go-package'], names: ['acme.dev/hub'], version: undefined }],
    [{ purl: 'pkg:pypi/storm-kit' }, { types: ['pip'], names: ['storm-kit', 'storm_kit', 'storm.kit'] }],
  ])('reads %j', (parameters, expected) => expect(searchTerms(parameters)).toMatchObject(expected));

  it.each<[SearchParameters]>([
    [{}],
    [{ purl: 'pkg:npm/x', sha256: SHA }],
    [{ type: 'npm' }],
    [{ name: 'x' }],
    [{ purl: 'npm/x' }],
    [{ purl: 'pkg:deb/x' }],
    [{ purl: 'pkg:npm/x', version: '1' }],
    [{ type: 'npm', name: 'x', version: '1', range: '^1' }],
  ])('refuses %j', (parameters) => expect(() => searchTerms(parameters)).toThrow(ValidationError));

  it('does not know ranges yet', () => {
    expect(() => searchTerms({ type: 'npm', name: 'x', range: '^1' })).toThrow(CachitoNotImplementedError);
  });
});
