import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { InvalidRequestData } from '../errors/index.js';
import { saveArtifacts, saveRequest } from './__fixtures__/catalogued-requests.js';
import { Catalogue, countDependencies, type ReportedEdge, type ReportedPackage } from './catalogue.js';
import { compareCodePoints } from './component.js';
import { DependencyPaths } from './dependency-paths.js';

const A = { type: 'npm', name: 'a', version: '1' };
const B = { type: 'npm', name: 'b', version: '1' };
const C = { type: 'npm', name: 'c', version: '1' };

describe('Catalogue', () => {
  let database: TestDatabase;
  let catalogue: Catalogue;

  beforeAll(async () => {
    database = await openTestDatabase();
    catalogue = new Catalogue(database.dataSource);
  });
  beforeEach(async () => {
    await database.dataSource.query('TRUNCATE "request", "dependency_set", "component", "artifact" RESTART IDENTITY CASCADE');
  });
  afterAll(() => database.close());

  async function count(table: string): Promise<number> {
    const [row]: { count: string }[] = await database.dataSource.query(`SELECT count(*) FROM "${table}"`);
    return Number(row.count);
  }

  const save = (packages: ReportedPackage[], edges?: ReportedEdge[]): Promise<number> =>
    saveRequest(database.dataSource, packages, edges);

  function own(name: string, dependencies: ReportedPackage['dependencies'], path = '.'): ReportedPackage {
    return { type: 'npm', name, version: '1.0.0', path, dependencies };
  }

  it('gives back what was saved, in the order of the answers', async () => {
    const go = { type: 'go-package', name: 'x', version: 'v1', path: 'go', dependencies: [{ type: 'go-package', name: 'fmt', version: null }] };
    const replaced = { ...B, dev: false, replaces: { type: 'npm', name: 'old', version: '0' } };
    const id = await save([own('z', [{ ...C, dev: true }, replaced, { ...A, dev: true }]), own('m', [{ ...C, dev: true }], 'm'), go]);
    const found = (await catalogue.packagesOf([id, 999])).get(id);
    expect(found).toEqual({
      packages: [
        { type: 'go-package', name: 'x', version: 'v1', path: 'go', dependencies: [{ type: 'go-package', name: 'fmt', version: null }] },
        { type: 'npm', name: 'm', version: '1.0.0', path: 'm', dependencies: [{ ...C, dev: true }] },
        { type: 'npm', name: 'z', version: '1.0.0', dependencies: [replaced, { ...A, dev: true }, { ...C, dev: true }] },
      ],
      dependencies: [{ type: 'go-package', name: 'fmt', version: null }, replaced, { ...A, dev: true }, { ...C, dev: true }],
    });
    expect((await catalogue.packagesOf([999])).get(999)).toEqual({ packages: [], dependencies: [] });
  });

  it('stores equal sets once, even under packages of other names and versions', async () => {
    const edges = (name: string): ReportedEdge[] => [
      { package: { type: 'npm', name, version: '1.0.0' }, from: { type: 'npm', name, version: '1.0.0' }, to: A },
      { package: { type: 'npm', name, version: '1.0.0' }, from: A, to: B },
    ];
    await save([own('one', [A, B])], edges('one'));
    await save([own('two', [B, A])], edges('two'));
    expect([await count('dependency_set'), await count('dependency_set_member'), await count('dependency_edge')]).toEqual([1, 2, 1]);
    await save([own('three', [{ ...A, dev: true }, B])]);
    expect(await count('dependency_set')).toBe(2);
  });

  it('finds the sets of earlier versions again: their key is the digest of this JSON', async () => {
    const root = { type: 'npm', name: 'root', version: '1.0.0' };
    const edges = [[root, A], [A, B], [B, C], [A, C]].map(([from, to]) => ({ package: root, from, to }));
    await save([own('root', [{ ...B, dev: true }, { ...A, dev: false, replaces: C }, C])], edges);
    const rows: { id: string; name: string }[] = await database.dataSource.query('SELECT "id", "name" FROM "component"');
    const [a, b, c] = ['a', 'b', 'c'].map((name) => rows.find((row) => row.name === name)?.id);
    const content = JSON.stringify({
      members: [
        { componentId: a, dev: false, direct: true, replacesId: c, artifactId: null },
        { componentId: c, dev: null, direct: false, replacesId: null, artifactId: null },
        { componentId: b, dev: true, direct: false, replacesId: null, artifactId: null },
      ],
      edges: [[a, b], [a, c], [b, c]].map(([from, to]) => ({ from, to })),
    });
    const [{ sha256 }]: { sha256: string }[] = await database.dataSource.query('SELECT "sha256" FROM "dependency_set"');
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('keeps sets apart by what vouched for a file, and where it is not known what a dependency requires', async () => {
    const [id] = await saveArtifacts(database.dataSource, ['a']);
    const inDifferentWays = [
      { ...A, artifact: { id, verifiedBy: 'lock file' } },
      { ...A, artifact: { id, verifiedBy: 'registry' } },
      { ...A, requirementsUnknown: true as const },
      A,
    ];
    for (const each of inDifferentWays) await save([own('x', [each])]);
    for (const each of inDifferentWays) await save([own('y', [{ ...each }])]);
    const rows = await database.dataSource.query(
      'SELECT "verified_by", "requirements_unknown" FROM "dependency_set_member" ORDER BY 1, 2',
    );
    expect(rows).toEqual([
      { verified_by: 'lock file', requirements_unknown: null },
      { verified_by: 'registry', requirements_unknown: null },
      { verified_by: null, requirements_unknown: true },
      { verified_by: null, requirements_unknown: null },
    ]);
  });

  it('gives packages the same objects where they depend on the same', async () => {
    const id = await save([own('x', [A, B]), own('y', [B, A]), own('z', [B])]);
    const [x, y, z] = (await catalogue.packagesOf([id])).get(id)?.packages ?? [];
    expect(y.dependencies).toBe(x.dependencies);
    expect(z.dependencies[0]).toBe(x.dependencies[1]);
  });

  it('refuses two packages that are equal', async () => {
    await expect(save([own('a', [], 'x'), own('a', [], 'y')])).rejects.toBeInstanceOf(InvalidRequestData);
    expect(await count('component')).toBe(0);
  });

  it.each<[string, string, string | null]>([
    ['a long name', 'ä'.repeat(1300), null],
    ['a long version', 'x', `https://h/${Array.from({ length: 1000 }, (_, at) => at).join('')}`],
    ['NUL in a name', 'x\0', '1'],
    ['NUL in a version', 'x', '1\0'],
  ])('refuses what cannot be recorded: %s', async (_, name, version) => {
    const bad = { type: 'npm', name, version };
    await expect(save([own('odd', [bad])])).rejects.toBeInstanceOf(InvalidRequestData);
    await expect(save([own('odd', [{ ...bad, name: 'y', version: '1', replaces: bad }])])).rejects.toBeInstanceOf(InvalidRequestData);
  });

  it('records what is just not too long', async () => {
    const name = Array.from({ length: 2499 }, (_, at) => (((at + 7) ** 3) % 36).toString(36)).join('');
    await expect(save([own('long', [{ type: 'pip', name, version: '1' }])])).resolves.toBeDefined();
  });

  it('counts the union by name, type, version and dev', async () => {
    const packages = [own('x', [A, { ...A, dev: false }, { ...B, dev: true }]), own('y', [A, { ...A, dev: true }])];
    expect(await countDependencies(packages)).toBe(3);
  });

  it('serves many at the same time who save the same in different orders', async () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ type: 'npm', name: `d${at}`, version: '1' }));
    const rotated = Array.from({ length: 12 }, (_, at) => [...many.slice(at * 20), ...many.slice(0, at * 20)]);
    await Promise.all(rotated.map((list, at) => save([own(`p${at}`, list), own(`q${at}`, list.slice(0, 150))])));
    expect(await count('component')).toBe(300 + 24);
    expect(await count('dependency_set')).toBe(13);
  });

  it('reads any number of requests with three queries', async () => {
    const ids = [await save([own('x', [A])]), await save([own('y', [B]), own('z', [A])])];
    const queries: string[] = [];
    await database.dataSource.transaction(async (manager) => {
      const query = manager.query.bind(manager);
      manager.query = async (text: string, parameters?: unknown[]) => (queries.push(text), query(text, parameters));
      expect((await catalogue.packagesOf(ids, manager)).size).toBe(2);
    });
    expect(queries).toHaveLength(3);
  });

  it('removes sets that no package has, and saves them again', async () => {
    const id = await save([own('x', [A])]);
    await catalogue.removeUnused();
    expect(await count('dependency_set')).toBe(1);
    await database.dataSource.query('DELETE FROM "request" WHERE "id" = $1', [id]);
    await catalogue.removeUnused();
    expect([await count('dependency_set'), await count('dependency_set_member')]).toEqual([0, 0]);
    await save([own('x', [A])]);
    expect(await count('dependency_set_member')).toBe(1);
  });

  it('finds a shortest chain to a dependency', async () => {
    const root = { type: 'npm', name: 'root', version: '1.0.0' };
    const lost = { type: 'npm', name: 'lost', version: null };
    const edge = (from: typeof A, to: typeof A): ReportedEdge => ({ package: root, from, to });
    // root → a → b → c, root → b, c → a (a circle); nothing leads to lost.
    await save([own('root', [A, B, C, lost])], [edge(root, A), edge(root, B), edge(A, B), edge(B, C), edge(C, A)]);
    const rows: { setId: string; componentId: string; name: string }[] = await database.dataSource.query(
      `SELECT m."set_id" AS "setId", m."component_id" AS "componentId", c."name"
       FROM "dependency_set_member" m JOIN "component" c ON c."id" = m."component_id" ORDER BY c."name"`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'lost']);
    expect(await new DependencyPaths(database.dataSource).shortest(rows)).toEqual([['a@1'], ['b@1'], ['b@1', 'c@1'], null]);
  });
});

describe('compareCodePoints', () => {
  it.each([
    ['a', 'b', -1],
    ['a', 'a', 0],
    ['a', 'aa', -1],
    ['\u{1F600}', '\uFF5E', 1],
    ['\uD7FF', '\uE000', -1],
  ])('%j and %j', (a, b, expected) => {
    expect(Math.sign(compareCodePoints(a, b))).toBe(expected);
    expect(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))).toBe(expected);
  });
});
