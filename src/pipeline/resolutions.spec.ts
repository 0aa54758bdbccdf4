import { describe, expect, it } from '@jest/globals';
import type { PackageManagerName } from '../config/index.js';
import { type ConfigurationFile, emptyResolution, type EnvironmentVariable, type Resolution, type SourceEdit } from '../packages/index.js';
import { environmentOf, mergeResolutions, registriesOf } from './resolutions.js';

function resolutions(found: Partial<Record<PackageManagerName, Partial<Resolution>>>) {
  const names = Object.keys(found) as PackageManagerName[];
  return new Map(names.map((name): [PackageManagerName, Resolution] => [name, { ...emptyResolution(), ...found[name] }]));
}

function literal(name: string, value: string, mode?: EnvironmentVariable['mode']): EnvironmentVariable {
  return { name, value, kind: 'literal', ...(mode === undefined ? {} : { mode }) };
}

describe('environment variables', () => {
  const own = resolutions({
    npm: { environment: [literal('A', 'own'), literal('B', 'own'), literal('R', 'r', 'registry'), literal('O', 'o', 'offline')] },
  });

  it.each<[string, Parameters<typeof environmentOf>[1], object]>([
    ['by default', {}, { A: 'own', B: 'own' }],
    ['of administrators over those of the manager', { npm: { B: { value: 'x', kind: 'path' } } }, { A: 'own', B: 'x' }],
    ['of administrators besides them', { npm: { C: { value: 'x', kind: 'literal' } } }, { A: 'own', B: 'own', C: 'x' }],
    ['of another manager are left out', { gomod: { C: { value: 'x', kind: 'literal' } } }, { A: 'own', B: 'own' }],
  ])('%s, in both ways to build', (_, defaults, expected) => {
    const { registry, offline } = environmentOf(own, defaults);
    const values = (variables: typeof registry): object =>
      Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]));
    expect(values(registry)).toEqual({ ...expected, R: 'r' });
    expect(values(offline)).toEqual({ ...expected, O: 'o' });
  });

  it('keep their kind', () => {
    const { offline } = environmentOf(own, { npm: { B: { value: 'deps', kind: 'path' } } });
    expect(offline).toMatchObject({ A: { value: 'own', kind: 'literal' }, B: { value: 'deps', kind: 'path' } });
  });
});

it('templates are no variables yet, and leave those of administrators alone', () => {
  const environment: EnvironmentVariable[] = [{ name: 'A', kind: 'literal', value: ['x'] }, literal('B', 'own')];
  const { registry } = environmentOf(resolutions({ pip: { environment } }), { pip: { A: { value: 'y', kind: 'literal' } } });
  expect(registry).toEqual({ A: { value: 'y', kind: 'literal' }, B: { value: 'own', kind: 'literal' } });
});

it('build requirements of all managers are kept', () => {
  const one = { name: 'storm-kit', version: '1.2', backend: null, requires: ['wheel'], missing: [] };
  expect(mergeResolutions(resolutions({ npm: {}, pip: { buildRequirements: [one] } })).buildRequirements).toEqual([one]);
});

describe('registries', () => {
  it('are for managers with files, entries or variables that are templates, each with access of its own', () => {
    const files = [{ path: 'app/.npmrc', template: ['x'] }];
    const variable: EnvironmentVariable = { name: 'PIP_INDEX_URL', kind: 'literal', value: [{ fill: 'registry-url' }] };
    const issue = (name: string) => ({ username: name, password: 'p', path: `r/${name}/`, repositoryPaths: { hosted: 'h/', raw: 'r/' } });
    const found = resolutions({
      npm: { files, environment: [literal('A', 'x')] },
      pip: { environment: [variable, literal('B', 'x')] },
      gomod: { environment: [literal('C', 'x')] },
      'git-submodule': {},
    });
    expect(registriesOf(found, issue)).toEqual([
      { packageManager: 'npm', access: issue('npm'), entries: [], files, variables: [] },
      { packageManager: 'pip', access: issue('pip'), entries: [], files: [], variables: [variable] },
    ]);
  });
});

describe('edits of two managers', () => {
  const edit = (content: string): SourceEdit => ({ path: 'a', content: Buffer.from(content) });
  const removal: SourceEdit = { path: 'a', removed: true };
  const merge = (npm: SourceEdit, gomod: SourceEdit) => mergeResolutions(resolutions({ npm: { edits: [npm] }, gomod: { edits: [gomod] } }));

  it.each([
    ['the same bytes', edit('x'), edit('x')],
    ['removal', removal, removal],
  ])('of one file may be %s', (_, one, other) => expect(merge(one, other).edits).toEqual([one]));

  it.each([
    ['other bytes', edit('x'), edit('y')],
    ['removal and bytes', removal, edit('y')],
  ])('of one file may not be %s', (_, one, other) => {
    expect(() => merge(one, other)).toThrow('Both npm and gomod change a.');
  });
});

describe('configuration files at the same place', () => {
  const file = (path: string, mode?: ConfigurationFile['mode']): ConfigurationFile => ({ path, template: ['x'], mode });

  it.each<[string, ConfigurationFile[], ConfigurationFile[]]>([
    ['of two managers', [file('app/.npmrc')], [file('app/.npmrc')]],
    ['for one way to build', [file('app/.npmrc')], [file('app/.npmrc', 'offline')]],
    ['of one manager', [], [file('app/ca.pem', 'registry'), file('app/ca.pem', 'registry')]],
  ])('are refused: %s', (_, npm, pip) => {
    const merge = () => mergeResolutions(resolutions({ npm: { files: npm }, pip: { files: pip } }));
    expect(merge).toThrow(/^Both (npm|pip) and pip need a configuration file at app\/(\.npmrc|ca\.pem)\. /);
  });

  it('may be for different ways to build', () => {
    const files = [file('app/r.txt', 'registry'), file('app/r.txt', 'offline')];
    expect(mergeResolutions(resolutions({ npm: {}, pip: { files } })).packages).toEqual([]);
  });
});
