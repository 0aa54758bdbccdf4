import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import {
  checkModulePath,
  escapeModulePath,
  escapeVersion,
  isImportPath,
  isModulePath,
  unescapeModulePath,
  unescapeVersion,
} from './module-path.js';

// prettier-ignore
const PATHS = [
  'example.org', 'example.org/kite', 'github.com/Azure/azure-sdk-for-go', 'golang.org/x/mod', 'example.org/kite/v2', 'v2.example',
  'example.org/kite/v10', 'example.org/a~b', 'example.org/a~1b', 'example.org/a.~1', 'example.org/_a-b.c', 'gopkg.in/yaml.v2', 'gopkg.in/yaml.v0',
  'gopkg.in/acme/bakery.v2-unstable', 'gopkg.in/a.b.v1', 'example.org/vv2', 'example.org/v2/kite', 'example.org/v1/kite', 'example.org/2', 'a.b/-x',
  'k8s.io/api', '1.2/x', 'example.org/v', 'example.org/kite/v1a', 'example.org/con-tiki', 'example.org/constructor/__proto__',
];

/** Path and what the message says of it. */
const NO_PATHS: [string, string][] = [
  ['', 'it is empty'],
  ['kite', 'has no dot'],
  ['localhost/kite', 'has no dot'],
  ['-example.org/kite', 'begins with a dash'],
  ['Example.org/kite', 'small letters'],
  ['example_.org/kite', 'small letters'],
  ['example~.org/kite', 'small letters'],
  ['/example.org', 'empty element'],
  ['example.org/', 'empty element'],
  ['example.org//kite', 'empty element'],
  ['./kite', 'dots only'],
  ['../kite', 'dots only'],
  ['example.org/../kite', 'dots only'],
  ['example.org/.../kite', 'dots only'],
  ['example.org/.kite', 'begins with a dot'],
  ['example.org/kite.', 'ends with a dot'],
  ['example.org/kite/v1', 'major version'],
  ['example.org/kite/v0', 'major version'],
  ['example.org/kite/v02', 'major version'],
  ['example.org/kite/v2.1', 'major version'],
  ['gopkg.in/yaml', 'major version'],
  ['gopkg.in/yaml.v02', 'major version'],
  ['gopkg.in/yaml.v', 'major version'],
  ['gopkg.in/yaml/v2', 'major version'],
  ['gopkg.in/yaml.v2/sub', 'major version'],
  ['gopkg.in/yaml.v0-unstable', 'major version'],
  ['example.org/con', 'reserved name'],
  ['example.org/NuL.txt', 'reserved name'],
  ['example.org/lpt9/kite', 'reserved name'],
  ['example.org/progra~1', 'tilde'],
  ['example.org/progra~1.x', 'tilde'],
  ['example.org/a b', 'character'],
  ['example.org/a@v1.0.0', 'character'],
  ['example.org/a!1', 'character'],
  ['example.org/a+b', 'character'],
  ['example.org/a%2fb', 'character'],
  ['example.org/a\\b', 'character'],
  ['example.org/a?b', 'character'],
  ['example.org/a#b', 'character'],
  ['example.org:443/a', 'character'],
  ['user:password@example.org/a', 'character'],
  ['example.org/café', 'character'],
  ['example.org/a\0', 'character'],
  ['example.org/a\n', 'character'],
  ['example.org/a\ud800', 'character'],
  ['example.org/\ufffd', 'character'],
  [`example.org/${'x'.repeat(300)}`, 'longer than 255'],
  [`example.org${'/x'.repeat(1_000_000)}`, 'longer than 1000'],
];

describe('the path of a module', () => {
  it.each(PATHS)('may be %s', (path) => {
    expect(isModulePath(path)).toBe(true);
    expect(() => checkModulePath(path)).not.toThrow();
    expect(unescapeModulePath(escapeModulePath(path))).toBe(path);
  });

  it.each(NO_PATHS)('may not be %j', (path, reason) => {
    expect(isModulePath(path)).toBe(false);
    for (const refuse of [checkModulePath, escapeModulePath]) {
      expect(() => refuse(path)).toThrow(ValidationError);
      expect(() => refuse(path)).toThrow(reason);
    }
    expect(unescapeModulePath(path)).toBeUndefined();
  });

  it.each([
    ['github.com/Azure/azure-sdk', 'github.com/!azure/azure-sdk'],
    ['github.com/ABC/d', 'github.com/!a!b!c/d'],
  ])('%s is escaped as %s', (path, escaped) => {
    expect(escapeModulePath(path)).toBe(escaped);
    expect(unescapeModulePath(escaped)).toBe(path);
  });

  it.each(['github.com/Azure/x', 'github.com/!Azure/x', 'github.com/azure!', 'github.com/!!azure', 'github.com/!1', '!example.org/x', ''])(
    '%j is not an escaped one',
    (text) => expect(unescapeModulePath(text)).toBeUndefined(),
  );
});

it.each([
  ['kite', true],
  ['fmt', true],
  ['example.org/kite/v1', true],
  ['example.org/c++', true],
  ['.kite', true],
  ['-kite', false],
  ['a//b', false],
  ['a/../b', false],
  ['a b', false],
  ['a\n', false],
])('%j is an import path: %s', (path, isOne) => {
  expect(isImportPath(path)).toBe(isOne);
});

describe('a version', () => {
  it.each([
    ['v1.2.3', 'v1.2.3'],
    ['v1.2.3-RC.1', 'v1.2.3-!r!c.1'],
    ['v2.0.0+incompatible', 'v2.0.0+incompatible'],
    ['master', 'master'],
    ['<v1.2.3', undefined],
    ['feature/x', undefined],
    ['..', undefined],
    ['.', undefined],
    ['', undefined],
    ['v1!', undefined],
    ['v1.2.3\n', undefined],
    ['v1.2.3\0', undefined],
    ['v1"2', undefined],
    ['nul', undefined],
    ['vé', undefined],
    [`v1.0.${'9'.repeat(300)}`, undefined],
  ])('%j is escaped as %s', (version, escaped) => {
    if (escaped === undefined) {
      expect(() => escapeVersion(version)).toThrow(ValidationError);
      expect(unescapeVersion(version)).toBeUndefined();
    } else {
      expect(escapeVersion(version)).toBe(escaped);
      expect(unescapeVersion(escaped)).toBe(version);
    }
  });

  it('has no capitals when it is escaped', () => {
    expect(unescapeVersion('v1.2.3-RC1')).toBeUndefined();
  });
});
