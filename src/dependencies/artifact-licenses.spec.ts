import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { saveArtifacts } from './__fixtures__/catalogued-requests.js';
import { ArtifactLicenses, type DeclaredLicense } from './artifact-licenses.js';

const MIT: DeclaredLicense = { expression: 'MIT', declared: null, file: 'package/package.json' };
const ISC: DeclaredLicense = { ...MIT, expression: 'ISC' };
const NONE: DeclaredLicense = { expression: null, declared: null, file: null };

describe('ArtifactLicenses', () => {
  let database: TestDatabase;
  let licenses: ArtifactLicenses;
  let ids: number[];

  beforeAll(async () => {
    database = await openTestDatabase();
    licenses = new ArtifactLicenses(database.dataSource);
  });
  beforeEach(async () => {
    await database.dataSource.query('TRUNCATE "artifact" CASCADE');
    ids = await saveArtifacts(database.dataSource, ['a', 'b', 'c']);
  });
  afterAll(() => database.close());

  const rows = (): Promise<DeclaredLicense[]> =>
    database.dataSource.query('SELECT "expression", "declared", "file" FROM "artifact_license" ORDER BY "artifact_id"');

  it('are recorded once: also that there is none', async () => {
    const [a, b, c] = ids;
    expect(await licenses.missing(ids)).toEqual(new Set(ids));
    await licenses.record(new Map([[b, MIT], [a, NONE]]));
    expect(await licenses.missing([a, b, c, a])).toEqual(new Set([c]));
    await licenses.record(new Map([[c, ISC], [b, ISC], [a, ISC]]));
    expect(await rows()).toEqual([NONE, MIT, ISC]);
    expect(await licenses.missing(ids)).toEqual(new Set());
    await licenses.record(new Map());
    expect(await licenses.missing([])).toEqual(new Set());
  });

  it('are recorded by many at the same time', async () => {
    const many = await saveArtifacts(database.dataSource, Array.from({ length: 6000 }, (_, at) => `many${at}`));
    const maps = [many, many.toReversed(), many.slice(3000)].map((each) => new Map(each.map((id) => [id, MIT])));
    await Promise.all(maps.map((map) => licenses.record(map)));
    expect(await licenses.missing(many)).toEqual(new Set());
    expect(await rows()).toHaveLength(6000);
  });

  const long = 'x'.repeat(1000);
  it.each<[string, Partial<DeclaredLicense>, Partial<DeclaredLicense>]>([
    ['1,000 characters', { declared: long }, { declared: long }],
    ['more', { declared: `${long}y` }, { declared: `${long.slice(1)}…` }],
    ['a character cut in two', { declared: `${long.slice(2)}😀😀` }, { declared: `${long.slice(2)}\uFFFD…` }],
    ['a long path', { file: `${long}y` }, { file: `${long.slice(1)}…` }],
    ['a long expression', { expression: `${long}y`, declared: 'z' }, { declared: `${long.slice(1)}…` }],
    ['a whole expression', { expression: 'MIT', declared: 'z' }, { expression: 'MIT', declared: 'z' }],
    ['NUL', { declared: '\0a\0', file: 'b\0' }, { declared: '\uFFFDa\uFFFD', file: 'b\uFFFD' }],
    ['half a character', { declared: '\uD83Da', file: '\uDE00' }, { declared: '\uFFFDa', file: '\uFFFD' }],
    ['the syntax of arrays', { declared: '{"a",\\b\'NULL\'} NULL' }, { declared: '{"a",\\b\'NULL\'} NULL' }],
    ['what looks like nothing', { declared: 'NULL', file: '' }, { declared: 'NULL', file: '' }],
  ])('hold any text: %s', async (_, license, expected) => {
    await licenses.record(new Map([[ids[0], { ...NONE, ...license }]]));
    expect(await rows()).toEqual([{ ...NONE, ...expected }]);
  });
});
