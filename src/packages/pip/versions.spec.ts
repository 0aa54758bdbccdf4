import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { itWithTool } from '../../../test/support/tools.js';
import { normalVersion, releaseKey, satisfies, versionText } from './versions.js';

describe('normal form of a version', () => {
  it.each([
    ['1.0', '1.0'],
    ['  1.0.0\n', '1.0.0'],
    ['v1.0', '1.0'],
    ['V01.002', '1.2'],
    ['0!1.0', '1.0'],
    ['2!1.0', '2!1.0'],
    ['1.0.alpha.1', '1.0a1'],
    ['1.0-BETA', '1.0b0'],
    ['1.0c3', '1.0rc3'],
    ['1.0_pre_4', '1.0rc4'],
    ['1.0-1', '1.0.post1'],
    ['1.0rev', '1.0.post0'],
    ['1.0r5.dev', '1.0.post5.dev0'],
    ['1.0a1.post2.dev3', '1.0a1.post2.dev3'],
    ['1.0+abc.1', '1.0+abc.1'],
    ['1.0+ABC_01-x', '1.0+abc.1.x'],
    ['1.0+1e5.0x10.infinity', '1.0+1e5.0x10.infinity'],
    ['1.0+00123456789012345678901234567890', '1.0+123456789012345678901234567890'],
    ['20231224123456', '20231224123456'],
    ['999999999999999', '999999999999999'],
  ])('%j → %j', (text, expected) => {
    expect(normalVersion(text)).toBe(expected);
    expect(normalVersion(expected)).toBe(expected);
  });

  it.each([
    ['', '-', 'latest', '1.0-', '1..0', '.1', '1.0+', '1.0+a+b', '1.0+a..b', '1.0+ä', '1.0 +a', '1.*', '1.0a1a2'],
    ['1.0 .1', '1.0\0', '１.0', '1.0-dev-post', '__proto__', '9007199254740993', '1.0.post9007199254740993'],
    [`1${'.0'.repeat(200)}`, '0'.repeat(100_000), `1.0+${'a-'.repeat(50_000)}`, ' '.repeat(100_000)],
  ])('none: %#', (...texts) => {
    for (const text of texts) expect(normalVersion(text)).toBeUndefined();
  });
});

describe('key of a release', () => {
  it.each([
    ['1.0', '1'],
    ['1.0.0.0', 'v1'],
    ['0.0', '0'],
    ['1.0-1', '1.post1'],
    ['1.0.0a1', '1.alpha-1'],
    ['1!1.0', '1!1'],
    ['1.0+Abc-1', '1+abc.1'],
  ])('%j and %j are one', (one, other) => expect(releaseKey(one)).toBe(releaseKey(other)));

  it.each([
    ['1.0', '1.0.1'],
    ['1.10', '1.1'],
    ['10', '1'],
    ['1!1', '1'],
    ['1.0+a', '1.0'],
    ['1.0+1e5', '1.0+100000'],
    ['9007199254740992', '9007199254740993'],
    ['1.0+9007199254740992', '1.0+9007199254740993'],
    ['final', 'Final'],
  ])('%j and %j are two', (one, other) => expect(releaseKey(one)).not.toBe(releaseKey(other)));
});

describe('version of a package', () => {
  it.each([
    ['1.0.alpha.1', '1.0a1'],
    ['1.0', '1.0'],
    ['my  version, (draft)', 'my..version-.-draft-'],
    ['1.0/../x', '1.0-..-x'],
    ['äöü', '-'],
    ['', ''],
  ])('%j → %j', (value, expected) => expect(versionText(value)).toBe(expected));
});

describe('specifiers', () => {
  it.each([
    ['3.12.1', '', true],
    ['3.12.1', '>=3.8', true],
    ['3.12.1', '>=3.8,<4,', true],
    ['3.12.1', ' >= 3.8 , != 3.12.* ', false],
    ['3.12', '==3.12.0.*', true],
    ['1.0rc1', '>=0.9', true],
    ['1.0rc1', '<1.0', false],
    ['1.0.post1', '>1.0', false],
    ['1.0.post2', '>1.0.post1', true],
    ['1.0+a', '>1.0', false],
    ['1.0+a', '==1.0', true],
    ['1.0', '==1.0+a', false],
    ['1.5', '~=1.4', true],
    ['2.0', '~=1.4', false],
    ['1.4.9', '~=1.4.5a1', true],
    ['1.5', '~=1', false],
    ['1.0-1', '===1.0.post1', true],
    ['1.0', '===1', false],
    ['latest', '===latest', false],
    ['latest', '', false],
    ['1.0', '1.0', false],
    ['1.0', '>=1.*', false],
    ['1.0', '>=1.0+a', false],
    ['1.0', '==*', false],
    ['1.0', '=1.0', false],
    ['1.0', '>=1 <2', false],
  ])('%j fits %j: %j', (version, specifier, expected) => expect(satisfies(version, specifier)).toBe(expected));

  it('does not even read huge ones', () => {
    for (const part of ['>=', ' ', '>=1,', '1.0+']) expect(satisfies('1.0', part.repeat(50_000))).toBe(false);
  });
});

const PYTHON_SIDE = `
import json, sys
from pip._vendor.packaging.version import Version
from pip._vendor.packaging.specifiers import Specifier
versions, specifiers = json.load(sys.stdin)
print(json.dumps({
  'normal': [str(Version(v)) for v in versions],
  'equal': [[Version(a) == Version(b) for b in versions] for a in versions],
  'fit': [[Specifier(s).contains(Version(v), prereleases=True) for v in versions] for s in specifiers],
}))
`;

interface PythonSide {
  normal: string[];
  equal: boolean[][];
  fit: boolean[][];
}

describe('compared with the library that pip uses', () => {
  // Besides what `isDisputed` tells, one difference is wanted: numbers of more than 15 digits are no versions here.
  itWithTool('python3', 'versions and specifiers mean the same', async () => {
    const versions = someVersions();
    const plain = versions.filter((version) => !version.includes('+'));
    const specifiers = [
      ...['<', '<=', '>', '>='].flatMap((operator) => plain.map((version) => operator + version)),
      ...['==', '!=', '==='].flatMap((operator) => versions.map((version) => operator + version)),
      ...plain.filter((version) => version.includes('.', 2)).map((version) => `~=${normalVersion(version)}`),
      ...plain.filter((version) => /^[\d.!]+$/.test(version)).flatMap((each) => [`==${each}.*`, `!=${each}.*`]),
    ].filter((specifier) => !/^~=(\d+!)?\d+(?!\.?\d)/.test(specifier));
    const input = JSON.stringify([versions, specifiers]);
    const python = JSON.parse(
      execFileSync('python3', ['-c', PYTHON_SIDE], { input, maxBuffer: 2 ** 28, encoding: 'utf8' }),
    ) as PythonSide;
    expect(versions.length).toBeGreaterThan(190);
    expect(versions.map(normalVersion)).toEqual(python.normal);
    const keys = versions.map(releaseKey);
    expect(keys.map((key) => keys.map((other) => key === other))).toEqual(python.equal);
    const different = specifiers.flatMap((specifier, row) =>
      versions
        .filter((version, column) => satisfies(version, specifier) !== python.fit[row][column])
        .filter((version) => !isDisputed(version, specifier))
        .map((version) => `${version} ${specifier}`),
    );
    expect(different).toEqual([]);
  });
});

/**
 * Pairs that older releases of the library answer differently. To them, missing numbers of a release that has a suffix
 * are no zeros (`1.post1` does not fit `==1.0.*`), leading zeros of a prefix count, `<1.post1` excludes pre-releases of
 * 1, and `>1a1` post-releases of 1, `>1.post1` local builds of 1.
 */
function isDisputed(version: string, specifier: string): boolean {
  const isPlain = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/;
  const operand = specifier.replace(/^[<>=!~]+|\.\*$/g, '');
  if (/^[<>](?!=)/.test(specifier)) return !isPlain.test(version) && !isPlain.test(operand);
  return /^~=|\.\*$/.test(specifier) && !(isPlain.test(version) && isPlain.test(operand));
}

/** Every ending behind some releases, in several spellings. */
function someVersions(): string[] {
  const releases = ['0', '1', 'v1.0', '1.0.0', '1.0.1', '01.1', '1.10', '2!1.0', '2024.01.31'];
  const endings = ['', 'a', 'a1', '.ALPHA.1', '-b2', 'rc1', '_pre_1', '-1', '.post0', '.post1', 'rev1', '.dev', 'dev3'];
  const mixed = ['a1.post1', 'b2.dev1', '.post1.dev2', 'a1.post2.dev3'];
  const local = ['+abc.1', '+ABC-01', '+1e5', '.post1+x', 'a1+5'];
  return releases.flatMap((release) => [...endings, ...mixed, ...local].map((ending) => release + ending));
}
