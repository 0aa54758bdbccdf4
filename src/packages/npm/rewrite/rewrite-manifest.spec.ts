import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import { COMMIT, FOG, RAIN } from '../__fixtures__/lock-files.js';
import { rewriteManifest } from './rewrite-manifest.js';

const REPLACED = [
  { key: 'fog', source: FOG, spec: '1.0.0-a' },
  { key: 'rain', source: RAIN, spec: '2.0.0-a' },
  { key: 'rain', source: `git+ssh://git@github.com/other/rain.git#${COMMIT}`, spec: '2.0.0-b' },
];

function rewrite(manifest: object, specs: [string, string][] = []) {
  const { text, unclear } = rewriteManifest(JSON.stringify(manifest), 'package.json', specs, REPLACED);
  return { json: text === undefined ? undefined : JSON.parse(text), unclear };
}

describe('rewriteManifest', () => {
  it.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])('changes %s', (key) => {
    const { json } = rewrite({ name: 'x', [key]: { fog: 'git+https://h/fog', kite: '1' } }, [['fog', '1.0.0-a']]);
    expect(json).toEqual({ name: 'x', [key]: { fog: '1.0.0-a', kite: '1' } });
  });

  it('changes nothing else', () => {
    expect(
      rewrite({ scripts: { fog: 'x' }, bundleDependencies: ['fog'], dependencies: { kite: '1' } }, [
        ['fog', '1.0.0-a'],
      ]),
    ).toEqual({
      json: undefined,
      unclear: [],
    });
  });

  it.each<[string, unknown, unknown]>([
    ['a git address', { fog: 'git+ssh://git@git.acme.dev/team/fog.git' }, { fog: '1.0.0-a' }],
    ['anything of a name with one source', { fog: 'https://elsewhere.dev/fog.tgz' }, { fog: '1.0.0-a' }],
    ['a name with a range', { 'fog@^1': 'github:acme/fog' }, { 'fog@^1': '1.0.0-a' }],
    [
      'an entry in another',
      { kite: { '.': '1.0.0', fog: 'acme/fog#main' } },
      { kite: { '.': '1.0.0', fog: '1.0.0-a' } },
    ],
    [
      'the package of an object',
      { fog: { '.': 'git+https://h/fog', kite: '2' } },
      { fog: { '.': '1.0.0-a', kite: '2' } },
    ],
    ['the right one of two by its repository', { rain: 'github:other/rain#v1' }, { rain: '2.0.0-b' }],
    ['the same in short', { rain: 'acme/rainbar' }, { rain: '2.0.0-a' }],
    ['the same by address', { rain: 'https://github.com/acme/rainbar.git' }, { rain: '2.0.0-a' }],
  ])('replaces in overrides %s', (_name, overrides, expected) => {
    expect(rewrite({ overrides })).toEqual({ json: { overrides: expected }, unclear: [] });
  });

  it.each(['1.0.0', '^2', 'latest', '$fog', 'npm:other@1', 'file:libs/fog', '', '>=1 <2', '~1.2/3'])(
    'leaves the override %j',
    (spec) => {
      expect(rewrite({ overrides: { fog: spec } })).toEqual({ json: undefined, unclear: [] });
    },
  );

  it.each([{ rain: 'git+https://elsewhere.dev/rain.git' }, { sun: 'github:acme/sun' }])(
    'says when it cannot tell: %j',
    (overrides) => {
      expect(rewrite({ overrides })).toEqual({ json: undefined, unclear: Object.keys(overrides) });
    },
  );

  it.each(['x', 7, null, []])('leaves to npm what is of a wrong type: %j', (value) => {
    expect(rewrite({ dependencies: value, overrides: value }, [['fog', '1.0.0-a']])).toEqual({
      json: undefined,
      unclear: [],
    });
  });

  it('writes two spaces, ASCII, no newline at the end', () => {
    const { text } = rewriteManifest(
      '{"author": "Zoë", "dependencies": {"fog": "x"}}',
      'package.json',
      [['fog', '1']],
      [],
    );
    expect(text).toBe('{\n  "author": "Zo\\u00eb",\n  "dependencies": {\n    "fog": "1"\n  }\n}');
  });

  it.each(['', '[]', '{"a":', '7'])('refuses %j, naming the file', (text) => {
    expect(() => rewriteManifest(text, 'libs/a/package.json', [], [])).toThrow(ValidationError);
    expect(() => rewriteManifest(text, 'libs/a/package.json', [], [])).toThrow(/libs\/a\/package\.json/);
  });
});
