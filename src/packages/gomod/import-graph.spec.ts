import { describe, expect, it } from '@jest/globals';
import { ImportGraph } from './import-graph.js';

async function rootsOf(imports: Record<string, string[]>, candidates = Object.keys(imports)): Promise<object> {
  const graph = new ImportGraph();
  for (const [path, imported] of Object.entries(imports)) graph.add(path, imported);
  const roots = await graph.roots(candidates);
  return Object.fromEntries([...roots].map(([path, reached]) => [path, Array.from(reached, (at) => graph.pathOf(at)).sort()]));
}

describe('roots', () => {
  it.each([
    ['of nothing', {}, undefined, {}],
    ['of a diamond', { d: [], b: ['d'], c: ['d'], a: ['b', 'c'] }, undefined, { a: ['b', 'c', 'd'] }],
    ['of two trees that share', { s: [], a: ['s'], b: ['s'] }, undefined, { a: ['s'], b: ['s'] }],
    ['of a circle', { a: ['b'], b: ['c'], c: ['a'] }, undefined, { c: ['a', 'b'] }],
    ['that import themselves', { a: ['a'] }, undefined, { a: [] }],
    ['imported by others only', { a: [], x: ['a'] }, ['a'], { a: [] }],
    ['imported by way of others', { a: [], x: ['a'], b: ['x'] }, ['a', 'b'], { b: ['a', 'x'] }],
    ['that import what was never listed', { a: ['y'] }, undefined, { a: ['y'] }],
  ])('%s', async (_name, imports, candidates, expected) => {
    expect(await rootsOf(imports, candidates)).toEqual(expected);
  });

  it('of a long chain', async () => {
    const imports = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`p${at}`, at === 0 ? [] : [`p${at - 1}`]]));
    expect(Object.keys(await rootsOf(imports))).toEqual(['p19999']);
  });

  it('that import more than can be stored are refused', async () => {
    const graph = new ImportGraph();
    const below = Array.from({ length: 10_001 }, (_, at) => `b${at}`);
    const above = Array.from({ length: 1_000 }, (_, at) => `a${at}`);
    for (const path of below) graph.add(path, []);
    graph.add('all', below);
    for (const path of above) graph.add(path, ['all']);
    await expect(graph.roots(above)).rejects.toMatchObject({ errorType: 'ValidationError' });
  });
});
