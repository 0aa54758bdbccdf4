import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { saveArtifacts, saveRequest } from './__fixtures__/catalogued-requests.js';
import { ArtifactLicenses, type DeclaredLicense } from './artifact-licenses.js';
import { Catalogue, type ReportedDependency, type ReportedEdge, type ReportedPackage } from './catalogue.js';
import type { EvidencePackage } from './evidence.js';

const ROOT = { type: 'npm', name: 'root', version: '1.0.0' };
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((name) => ({ type: 'npm', name, version: '1' }));
const UNMARKED = { direct: false, requirementsUnknown: false };
const MIT: DeclaredLicense = { expression: 'MIT', declared: null, file: 'package.json' };
const NO_LICENSE: DeclaredLicense = { expression: null, declared: null, file: null };

describe('evidence of requests', () => {
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

  const root = (dependencies: ReportedDependency[], path = '.'): ReportedPackage => ({ ...ROOT, path, dependencies });
  const edge = (from: ReportedEdge['from'], to: ReportedEdge['to']): ReportedEdge => ({ package: ROOT, from, to });
  const save = (packages: ReportedPackage[], edges?: ReportedEdge[]) => saveRequest(database.dataSource, packages, edges);
  const artifacts = (...names: string[]) => saveArtifacts(database.dataSource, names);
  async function evidence(id: number): Promise<EvidencePackage[]> {
    return (await catalogue.evidenceOf([id])).get(id)!;
  }
  /** As pairs of names. */
  function named({ dependencies, edges }: EvidencePackage): string[] {
    const pairs = Array.from({ length: edges.length / 2 }, (_, at) => [edges[at * 2], edges[at * 2 + 1]]);
    return pairs.map((pair) => pair.map((place) => `${dependencies[place].name}@${place}`).join(' > '));
  }

  it('is all that is known of packages and dependencies', async () => {
    const [a, b] = await artifacts('a', 'b');
    const licenses = new ArtifactLicenses(database.dataSource);
    await licenses.record(new Map([[a, MIT]]));
    const id = await save(
      [
        root(
          [
            { ...A, dev: true, artifact: { id: a, verifiedBy: 'lock file' } },
            { ...B, dev: false, artifact: { id: b, verifiedBy: 'chequé, "v1"' }, replaces: D },
            { ...C, requirementsUnknown: true },
          ],
          'web',
        ),
        { type: 'go-package', name: 'x', version: 'v1', path: '.', dependencies: [{ type: 'go-package', name: 'fmt', version: null }] },
        { type: 'gomod', name: 'x', version: 'v1', path: '.', dependencies: [] },
      ],
      [edge(ROOT, B), edge(B, A), edge(B, C)],
    );
    const artifact = (name: string, sha256: string) => ({ upstream: `https://registry.acme.dev/${name}`, sha256, size: 10 });
    expect(await evidence(id)).toEqual([
      {
        type: 'go-package',
        name: 'x',
        version: 'v1',
        dependencies: [{ type: 'go-package', name: 'fmt', version: null, ...UNMARKED }],
        edges: new Uint32Array(),
      },
      { type: 'gomod', name: 'x', version: 'v1', dependencies: [], edges: new Uint32Array() },
      {
        ...ROOT,
        path: 'web',
        dependencies: [
          {
            ...B,
            ...UNMARKED,
            dev: false,
            direct: true,
            replaces: D,
            artifact: { ...artifact('b', '92eb5ffee6ae2fec3ad71c777531578f'.repeat(2)), verifiedBy: 'chequé, "v1"' },
          },
          { ...C, ...UNMARKED, requirementsUnknown: true },
          {
            ...A,
            ...UNMARKED,
            dev: true,
            artifact: { ...artifact('a', '0cc175b9c0f1b6a831c399e269772661'.repeat(2)), verifiedBy: 'lock file', license: MIT },
          },
        ],
        edges: Uint32Array.of(0, 1, 0, 2),
      },
    ]);
  });

  it.each<[string, ReportedDependency[], [from: ReportedEdge['from'], to: ReportedEdge['to']][], string[]]>([
    ['none', [A, B], [], []],
    ['a circle, each once', [A, B], [[A, B], [B, A], [{ ...A }, B]], ['a@0 > b@1', 'b@1 > a@0']],
    ['by place, not in the order of the lock file', [C, B, A], [[C, A], [A, C], [B, A], [A, B]], ['a@0 > b@1', 'a@0 > c@2', 'b@1 > a@0', 'c@2 > a@0']],
    ['the first of two places', [{ ...A, dev: true }, { ...A, dev: false }, B], [[A, B], [B, A]], ['a@0 > b@1', 'b@1 > a@0']],
    ['what requires the package, and what it requires', [A, B], [[ROOT, A], [A, ROOT], [B, A]], ['b@1 > a@0']],
    ['what is no member', [A, B], [[A, C], [D, B], [C, D], [B, A]], ['b@1 > a@0']],
    ['what requires itself', [A, B], [[B, B]], ['b@1 > b@1']],
  ])('tells who requires whom: %s', async (_, dependencies, edges, expected) => {
    const id = await save([root(dependencies)], edges.map(([from, to]) => edge(from, to)));
    expect((await evidence(id)).map(named)).toEqual([expected]);
  });

  it('depends on no ids', async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ type: 'npm', name: `d${at}`, version: '1' }));
    const edges = many.flatMap((from, at) => [edge(from, many[(at * 7) % 40]), edge(from, many[(at * 11 + 3) % 40])]);
    const answers: EvidencePackage[][] = [];
    for (const order of [many, many.toReversed(), many.toSorted((one, other) => one.name.length - other.name.length)]) {
      await database.dataSource.query('TRUNCATE "request", "dependency_set", "component", "artifact" RESTART IDENTITY CASCADE');
      for (const each of order) await save([root([each])]);
      const ids = await artifacts(...order.map(({ name }) => name));
      const dependencies = order.map((each, at) => ({ ...each, artifact: { id: ids[at], verifiedBy: 'lock file' } }));
      answers.push(await evidence(await save([root(dependencies)], order === many ? edges : edges.toReversed())));
    }
    expect(answers[0][0].edges).toHaveLength(2 * new Set(edges.map(({ from, to }) => `${from.name}>${to.name}`)).size);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('has packages and dependencies in the order of other answers', async () => {
    const id = await save([root([{ ...C, dev: true }, B, { ...A, dev: true }]), { ...root([C, A]), name: 'aroot' }]);
    const packages = (await catalogue.packagesOf([id])).get(id)?.packages ?? [];
    const found = await evidence(id);
    expect(found.map(({ edges, ...each }) => (expect(edges).toHaveLength(0), each))).toEqual(
      packages.map((each) => ({ ...each, dependencies: each.dependencies.map((dependency) => ({ ...dependency, ...UNMARKED })) })),
    );
  });

  it('is the same objects where packages depend on the same', async () => {
    const named = (name: string, dependencies: ReportedDependency[]) => ({ ...root(dependencies), name });
    const one = await save([named('x', [A, B]), named('y', [B, A]), named('z', [B])]);
    const other = await save([named('v', [A, B]), named('w', [])]);
    const found = await catalogue.evidenceOf([one, other]);
    const [x, y, z] = found.get(one)!;
    const [v] = found.get(other)!;
    expect([y.dependencies, v.dependencies].every((each) => each === x.dependencies)).toBe(true);
    expect([y.edges, v.edges].every((each) => each === x.edges)).toBe(true);
    expect(z.dependencies[0]).toBe(x.dependencies[1]);
  });

  it('of any number of requests takes five queries, and each has an entry', async () => {
    const [a] = await artifacts('a');
    const dependency = { ...A, artifact: { id: a, verifiedBy: 'none' } };
    const ids = [await save([root([dependency, B])], [edge(B, A)]), await save([root([dependency])]), 999];
    const queries = jest.spyOn(database.dataSource, 'createQueryRunner');
    const found = await catalogue.evidenceOf(ids);
    expect(queries).toHaveBeenCalledTimes(5);
    queries.mockRestore();
    expect([...found].map(([id, packages]) => [id, packages.length])).toEqual([[ids[0], 1], [ids[1], 1], [999, 0]]);
  });

  it('stays as it is, whatever is recorded later', async () => {
    const [a, b] = await artifacts('a', 'b');
    const dependencies = (verifiedBy: string) => [
      { ...A, artifact: { id: a, verifiedBy } },
      { ...B, artifact: { id: b, verifiedBy } },
    ];
    const licenses = new ArtifactLicenses(database.dataSource);
    const older = await save([root(dependencies('lock file'))]);
    await database.dataSource.query('UPDATE "dependency_set_member" SET "verified_by" = NULL');
    const before = await evidence(older);
    expect(before[0].dependencies.map(({ artifact }) => artifact?.verifiedBy)).toEqual(['registry', 'registry']);
    // As the pipeline does: licences are recorded before the first request is complete that knows of them.
    await licenses.record(new Map<number, DeclaredLicense>([[a, MIT], [b, NO_LICENSE]]));
    const newer = await save([root(dependencies('go.sum'))]);
    const after = await evidence(newer);
    expect(after[0].dependencies.map(({ artifact }) => artifact?.license?.expression)).toEqual(['MIT', null]);
    await database.dataSource.query(`UPDATE "artifact" SET "digests" = '{"md5": "00"}'`);
    await licenses.record(new Map([[a, { ...MIT, expression: 'ISC' }]]));
    await save([root(dependencies('none'))], [edge(A, B)]);
    expect(await evidence(older)).toEqual(before);
    expect(await evidence(newer)).toEqual(after);
  });
});
