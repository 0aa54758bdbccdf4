import { describe, expect, it } from '@jest/globals';
import type { BuildRequirement } from '../packages/index.js';
import { buildRequirements } from './build-requirements.js';

function needs(name: string, missing: string[], version = '1.0'): BuildRequirement {
  return { name, version, backend: null, requires: ['wheel', ...missing], missing };
}

describe('buildRequirements', () => {
  it('suggests what is missing, once, sorted, and says who needs it', () => {
    const answer = buildRequirements([
      needs('storm-kit', ['setuptools>=68', 'cython<3']),
      needs('haze', ['setuptools>=68', 'setuptools>=68'], '2.0'),
      needs('haze', ['flit_core >=3,<4'], '10.0'),
      needs('haze', ['setuptools>=68'], '2.0'),
      needs('still', []),
    ]);
    expect(answer.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['haze 10.0', 'haze 2.0', 'still 1.0', 'storm-kit 1.0']);
    expect(answer.packages[0]).toEqual({ name: 'haze', version: '10.0', backend: null, requires: ['wheel', 'flit_core >=3,<4'], missing: ['flit_core >=3,<4'] });
    expect(answer.suggested_requirements_build.split('\n')).toEqual([
      expect.stringMatching(/^# .*who needs it:$/),
      '#   cython<3: storm-kit 1.0',
      '#   flit_core >=3,<4: haze 10.0',
      '#   setuptools>=68: haze 2.0, storm-kit 1.0',
      'cython<3',
      'flit_core >=3,<4',
      'setuptools>=68',
      '',
    ]);
  });

  it('says the same in whatever order the packages come', () => {
    const found = [needs('a', ['x', 'y']), needs('b', ['y'], '2'), needs('b', ['z'], '1'), needs('c', ['x'])];
    expect(buildRequirements(found.toReversed())).toEqual(buildRequirements(found));
  });

  it.each([[[]], [[needs('a', [])]]])('suggests nothing when nothing is missing', (found) => {
    expect(buildRequirements(found).suggested_requirements_build).toBe('');
  });

  it.each([
    ['an option', '--index-url=https://evil.example/'],
    ['two lines', 'wheel\n--index-url=https://evil.example/'],
    ['two lines for Unicode', 'wheel\u2028-r x'],
    ['a carriage return', 'wheel\r-r x'],
    ['the beginning of another line', 'wheel\\'],
    ['a variable', 'x @ https://evil.example/${TOKEN}'],
    ['nothing', ''],
    ['a path', '../x'],
  ])('never suggests %s', (_, text) => {
    const answer = buildRequirements([needs('a', [text, 'setuptools'], '1\n--pre')]);
    expect(answer.packages[0].missing).toEqual([text, 'setuptools']);
    expect(answer.suggested_requirements_build.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['setuptools', '']);
  });
});
