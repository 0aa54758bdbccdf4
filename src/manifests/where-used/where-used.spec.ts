import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { Catalogue, DependencyPaths } from '../../dependencies/index.js';
import { CachitoNotImplementedError, ValidationError } from '../../errors/index.js';
import { type ComponentTerms, type SearchParameters, searchTerms } from './search-terms.js';
import { type UseFilter, wantedComponents, windowOf } from './use-query.js';
import { versionRange } from './version-range.js';
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
        const dependencies = [RAINBAR, { ...KITE, dev, artifact: { id: Number(artifact), verifiedBy: 'lock file' } }];
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
    ['the state of most', { sha256: SHA }, { state: 'stale' }, 1],
    ['a state and a label', { sha256: SHA }, { state: 'stale', labels: ['team:sky'] }, 0],
    ['a range', { type: 'npm', name: 'kite', range: '^2.1.0' }, {}, 2],
    ['a range without it', { type: 'npm', name: 'kite', range: '<2' }, {}, 0],
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

describe('pages of many uses', () => {
  let database: TestDatabase;
  let whereUsed: WhereUsed;
  beforeAll(async () => {
    database = await openTestDatabase();
    whereUsed = new WhereUsed(database.dataSource, new DependencyPaths(database.dataSource));
    for (const statement of MANY_USES) await database.dataSource.query(statement);
  });
  afterAll(() => database.close());

  const FILTERS: [string, Partial<UseFilter>, string][] = [
    ['no filter', {}, 'true'],
    ['stale', { state: 'stale' }, 'r."state" = 4'],
    ['complete', { state: 'complete' }, 'r."state" = 2'],
    ['dev', { dev: true }, 'm."dev"'],
    ['not dev', { dev: false }, 'm."dev" IS NOT TRUE'],
    ['labels', { labels: ['team:sky', 'stage:test'] }, `r."labels" @> '{"team": "sky", "stage": "test"}'`],
    ['all', { labels: ['team:sky'], state: 'stale', dev: false }, `r."labels" @> '{"team": "sky"}' AND r."state" = 4 AND m."dev" IS NOT TRUE`],
  ];
  it.each(FILTERS)('are those of one list: %s', async (_, filter, condition) => {
    const expected: unknown[] = await database.dataSource.query(
      `SELECT r."id", p."path", c."version"
       FROM "dependency_set_member" m JOIN "component" c ON c."id" = m."component_id"
         JOIN "request_package" p ON p."dependency_set_id" = m."set_id" JOIN "request" r ON r."id" = p."request_id"
       WHERE c."name" = 'kite' AND ${condition} ORDER BY r."id" DESC, p."position", m."position"`,
    );
    expect(expected.length).toBeGreaterThan(10);
    const found: unknown[] = [];
    for (let page = 1, total = 1; found.length < total; page += 1) {
      const shown = await whereUsed.page(searchTerms({ type: 'npm', name: 'kite' }), { labels: [], ...filter }, page, 7);
      expect(shown.items).not.toEqual([]);
      ({ total } = shown);
      found.push(...shown.items.map(({ request, package: { path }, version }) => ({ id: request.id, path, version })));
    }
    expect(found).toEqual(expected);
  });
});

/** Requests far apart, each with two packages, of which the first has three versions of kite and the second one or none. */
const MANY_USES = [
  `INSERT INTO "component" ("id", "type", "name", "version")
   VALUES (1, 'npm', 'kite', '1.0.0'), (2, 'npm', 'kite', '2.0.0'), (3, 'npm', 'kite', '3.0.0'), (4, 'npm', 'dial', '1.0.0')`,
  `INSERT INTO "dependency_set" ("id", "sha256", "members") VALUES (1, repeat('1', 64), 4), (2, repeat('2', 64), 1), (3, repeat('3', 64), 1)`,
  `INSERT INTO "dependency_set_member" ("set_id", "position", "component_id", "dev")
   VALUES (1, 0, 4, false), (1, 1, 3, false), (1, 2, 1, NULL), (1, 3, 2, true), (2, 0, 2, false), (3, 0, 4, false)`,
  `INSERT INTO "request" ("id", "repo", "repo_name", "ref", "state", "labels")
   SELECT n * 397, 'r', 'r', repeat('a', 40), CASE n % 3 WHEN 0 THEN 2 ELSE 4 END,
     CASE WHEN n % 2 = 0 THEN jsonb_build_object('team', 'sky', 'stage', CASE n % 4 WHEN 0 THEN 'test' ELSE 'x' END) END
   FROM generate_series(1, 40) n`,
  `INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id")
   SELECT n * 397, p, 4, 'p' || p, CASE p WHEN 0 THEN 1 ELSE 2 + n % 2 END FROM generate_series(1, 40) n, generate_series(0, 1) p`,
];

describe('a search by package URL', () => {
  let database: TestDatabase;
  let whereUsed: WhereUsed;
  beforeAll(async () => {
    database = await openTestDatabase();
    whereUsed = new WhereUsed(database.dataSource, new DependencyPaths(database.dataSource));
    const names = [
      ['npm', 'JSONStream', '1.3.5'],
      ['npm', 'jsonstream', '1.0.3'],
      ['pip', 'Storm_Kit', '1.2'],
      ['pip', 'storm-kit', '1.3'],
      ['pip', 'storm.-kit', '1.4'],
      ['pip', 'stormkit', '1.2'],
      ['npm', 'storm-kit', '1.2'],
      ['gomod', 'github.com/Acme/hub', 'v1.4.0'],
      ['gomod', 'github.com/acme/hub', 'v1.4.1'],
    ];
    await database.dataSource.query(
      `INSERT INTO "component" ("id", "type", "name", "version")
       SELECT n."id", n."type", n."name", n."version"
       FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS n("type", "name", "version", "id")`,
      [0, 1, 2].map((column) => names.map((row) => row[column])),
    );
    for (const statement of USES_OF_ALL_COMPONENTS) await database.dataSource.query(statement);
  });
  afterAll(() => database.close());

  it.each<[string, string[]]>([
    ['pkg:npm/JSONStream', ['JSONStream 1.3.5']],
    ['pkg:npm/jsonstream', ['jsonstream 1.0.3']],
    ['pkg:pypi/storm-kit', ['Storm_Kit 1.2', 'storm-kit 1.3', 'storm.-kit 1.4']],
    ['pkg:pypi/Storm.Kit@1.2', ['Storm_Kit 1.2']],
    ['pkg:golang/github.com/Acme/hub', ['github.com/Acme/hub v1.4.0']],
    ['pkg:golang/github.com%2Facme%2Fhub@v1.4.1', ['github.com/acme/hub v1.4.1']],
  ])('of %s finds %j', async (purl, expected) => {
    const { items } = await whereUsed.page(searchTerms({ purl }), { labels: [] }, 1, 10);
    expect(items.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(expected);
  });

  it('for a Python name looks at no other names', async () => {
    await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL enable_seqscan = off');
      const { text, parameters } = wantedComponents(searchTerms({ purl: 'pkg:pypi/storm-kit' }) as ComponentTerms);
      const plan: unknown[] = await manager.query(`EXPLAIN ${text}`, parameters);
      expect(JSON.stringify(plan)).toContain('ix_component_python_name');
    });
  });
});

const USES_OF_ALL_COMPONENTS = [
  `INSERT INTO "dependency_set" ("id", "sha256", "members") SELECT 1, repeat('1', 64), count(*) FROM "component"`,
  `INSERT INTO "dependency_set_member" ("set_id", "position", "component_id") SELECT 1, "id", "id" FROM "component"`,
  `INSERT INTO "request" ("id", "repo", "repo_name", "ref", "state") VALUES (1, 'r', 'r', repeat('a', 40), 2)`,
  `INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id") VALUES (1, 0, 1, '.', 1)`,
];

describe('searchTerms', () => {
  it.each<[SearchParameters, object]>([
    [{ purl: 'pkg:npm/%40acme/dial@2.0.1' }, { types: ['npm', 'yarn'], name: '@acme/dial', version: '2.0.1' }],
    [{ purl: 'pkg:NPM/@acme/Dial@2.0.1-RC.1?x=y#sub/path' }, { types: ['npm', 'yarn'], name: '@acme/Dial', version: '2.0.1-RC.1' }],
    [{ purl: 'pkg:golang/acme.dev%2Fhub@v1.4.0' }, { types: ['gomod', 'go-package'], name: 'acme.dev/hub', version: 'v1.4.0' }],
    [{ purl: 'pkg:golang/acme.dev/Hub@v2.0.0%2Bincompatible' }, { types: ['gomod', 'go-package'], name: 'acme.dev/Hub', version: 'v2.0.0+incompatible' }],
    [{ purl: 'pkg:golang/acme.dev/hub' }, { types: ['gomod', 'go-package'], name: 'acme.dev/hub', version: undefined }],
    [{ purl: 'pkg:pypi/Storm_.Kit' }, { types: ['pip'], name: 'Storm_.Kit' }],
  ])('reads %j', (parameters, expected) => expect(searchTerms(parameters)).toMatchObject(expected));

  it.each<[SearchParameters]>([
    [{}],
    [{ purl: 'pkg:npm/x', sha256: SHA }],
    [{ type: 'npm' }],
    [{ name: 'x' }],
    [{ purl: 'npm/x' }],
    [{ purl: 'pkg:deb/x' }],
    [{ purl: 'pkg:constructor/x' }],
    [{ purl: 'pkg:npm' }],
    [{ purl: 'pkg:npm/' }],
    [{ purl: 'pkg:npm/%40acme/' }],
    [{ purl: 'pkg:npm/%ff' }],
    [{ purl: ' ' }],
    [{ purl: 'pkg:golang/acme.dev/hub@v1.4' }],
    [{ purl: 'pkg:npm/x', version: '1' }],
    [{ type: 'npm', name: 'x', version: '1', range: '^1' }],
  ])('refuses %j', (parameters) => expect(() => searchTerms(parameters)).toThrow(ValidationError));

  it('tells what is wrong with the version of a Go module', () => {
    expect(() => searchTerms({ purl: 'pkg:golang/acme.dev/hub@v1.4' })).toThrow(/"v1\.4".*v1\.4\.0/);
  });

  it.each(['gomod', 'go-package', 'rubygems'])('does not know ranges of %s yet', (type) => {
    expect(() => searchTerms({ type, name: 'x', range: '^1' })).toThrow(CachitoNotImplementedError);
  });

  it.each([['npm', 'one two'], ['npm', '^1.x.y.z'], ['yarn', 'latest'], ['npm', '>>1'], ['git-submodule', '^1'], ['pip', '^1'], ['pip', ' '], ['pip', '1.0'], ['pip', '>=1,'], ['pip', '>=1.*'], ['pip', '~=1'], ['pip', '==https://x/y'], ['pip', '>=1; python_version<"3"']])('refuses the %s range %j', (type, range) => {
    expect(() => searchTerms({ type, name: 'x', range })).toThrow(ValidationError);
  });
});

describe('versionRange', () => {
  it.each<[string, string[], string[]]>([
    ['^2.1.0', ['2.1.0', '2.9.9', 'v2.1.1'], ['2.0.9', '3.0.0', '2.2.0-rc.1', '3.0.0-0']],
    ['>=2.2.0-rc.0 <3', ['2.2.0-rc.1', '2.2.0', '2.10.0'], ['2.3.0-rc.1', '3.0.0']],
    ['1 - 2 || 4.x', ['1.0.0', '2.9.0', '4.0.1'], ['3.0.0', '5.0.0']],
    ['*', ['0.0.1', '1.0.0'], ['1.0.0-beta', 'file:libs/kite', 'https://acme.dev/kite-1.0.0.tgz']],
    ['~1.2', ['1.2.9'], ['1.3.0', `github:acme/kite#${'a'.repeat(40)}`, 'git+https://git.acme.dev/kite.git#1.2.0', '', '1.2', '1'.repeat(300)]],
  ])('%s', (text, inside, outside) => {
    const test = versionRange('npm', text);
    expect(inside.filter((version) => !test(version))).toEqual([]);
    expect(outside.filter(test)).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ['>=1.2,<2', ['1.2', '1.2.0', '1.10', '1.2.post1', '1.9+local.1'], ['1.1', '2', '2.0.1', '1.3rc1', '1.3.dev1', '2.0a1', '1!1.5']],
    ['~=1.4.2', ['1.4.2', '1.4.10'], ['1.4.1', '1.5', '1.5.0a1']],
    ['>=2.0rc1, <3', ['2.0rc2', '2.0', '2.1b1'], ['2.0rc0', '3.0']],
    ['!=1.0rc1', ['1.0', '0.9'], ['1.0rc1', '1.0rc2']],
    ['==1.0', ['1', '1.0.0', '1.0+abc'], ['1.0.1', '1.0rc1']],
    ['==1.0.*,!=1.0.3', ['1.0', '1.0.2'], ['1.0.3', '1.1']],
    ['===1.0', ['1.0'], ['1.0.0', '1']],
    ['>=0', ['0', 'v1.0', '1!0'], ['', '.', './libs/eel', '../eel', 'https://x/y.zip#cachito_hash=sha256:0a', `git+https://x/y@${'a'.repeat(40)}`, `1.${'0'.repeat(300)}`, 'not a version']],
    ['==1.0+abc', ['1.0+abc', '1.0+ABC', '1+abc'], ['1.0+def', '1.0']],
    ['<2.0rc2', ['2.0rc1', '1.9'], ['2.0rc2', '2.0']],
    ['>1.0.post1', ['1.0.post2', '1.1'], ['1.0.post1', '1.0']],
    ['<1!2', ['2', '1!1'], ['1!2', '1!2rc1', '2!0']],
    ['>=1', ['1+20240101000000000', '2+1.1234567890123456789'], ['1rc1+1234567890123456789', '0.9+1234567890123456789']],
    ['===https://x/y.zip', [], ['https://x/y.zip']],
    ['!=1', ['2'], ['https://x/y.zip', './x']],
  ])('pip %s', (text, inside, outside) => {
    const test = versionRange('pip', text);
    expect(inside.filter((version) => !test(version))).toEqual([]);
    expect(outside.filter(test)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['a long number in the range', `>=${'1'.repeat(998)}`, '1'],
    ['a long number in the version', '>=1', '1'.repeat(256)],
    ['many numbers', `>=1${'.0'.repeat(499)}`, `1${'.0'.repeat(120)}`],
    ['many dashes', `>=1${'-a'.repeat(499)}`, `1${'-a'.repeat(120)}`],
    ['many conditions', '<1,'.repeat(333) + '<1', '0'],
    ['conditions on what is no version', '==1.*,!=2.*,<3,>0,~=1.0,===x', 'x'],
  ])('of pip does no harm: %s', (_, text, version) => {
    let found: unknown;
    try {
      found = versionRange('pip', text)(version);
    } catch (error) {
      found = error instanceof ValidationError ? 'refused' : error;
    }
    expect([true, false, 'refused']).toContain(found);
  });
});

describe('windowOf', () => {
  const blocks = [{ block: 9, uses: 3 }, { block: 7, uses: 1 }, { block: 2, uses: 5 }];
  it.each<[number, number, object | undefined]>([
    [0, 2, { first: 9, last: 9, offset: 0, limit: 2 }],
    [2, 2, { first: 9, last: 7, offset: 2, limit: 2 }],
    [3, 1, { first: 7, last: 7, offset: 0, limit: 1 }],
    [3, 2, { first: 7, last: 2, offset: 0, limit: 2 }],
    [8, 5, { first: 2, last: 2, offset: 4, limit: 5 }],
    [0, 99, { first: 9, last: 2, offset: 0, limit: 99 }],
    [9, 1, undefined],
  ])('from %i, %i items', (offset, limit, expected) => expect(windowOf(blocks, offset, limit)).toEqual(expected));
});
