import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import { fileAddress, isCanonical, moduleAddress, versionAddress } from './module-file.js';

const BASE = 'https://proxy.example.com/go/';

describe('addresses at a module proxy', () => {
  it('are escaped', () => {
    const file = { kind: 'zip', path: 'github.com/Azure/kite', version: 'v2.0.0-RC1+incompatible' } as const;
    expect(fileAddress(BASE, file)).toBe(`${BASE}github.com/!azure/kite/@v/v2.0.0-!r!c1+incompatible.zip`);
    expect(moduleAddress(BASE, 'github.com/Azure/kite', '@v/list')).toBe(`${BASE}github.com/!azure/kite/@v/list`);
    expect(versionAddress(BASE, 'example.com/kite', 'a#b&c=%2e', 'info')).toBe(`${BASE}example.com/kite/@v/a%23b%26c%3D%252e.info`);
  });

  it.each([
    ['../kite', 'v1.0.0'],
    ['example.com/../kite', 'v1.0.0'],
    ['example.com/kite', '../v1.0.0'],
    ['example.com/kite', 'v1.0.0?x'],
    ['example.com/kite', 'v1.0.0\n'],
    ['example.com/kite', ''],
  ])('are not made of %p and %p', (path, version) => {
    expect(() => fileAddress(BASE, { kind: 'mod', path, version })).toThrow(ValidationError);
  });
});

describe('isCanonical', () => {
  it.each<[string, boolean]>([
    ['v1.2.3', true],
    ['v1.2.3-rc.1', true],
    ['v2.0.0+incompatible', true],
    ['v0.0.0-20240506070809-0123456789ab', true],
    ['v0.0.1-go1.22.3.linux-amd64', true],
    ['v1.2.3+build', false],
    ['v1.2', false],
    ['v1', false],
    ['1.2.3', false],
    ['v01.2.3', false],
    ['latest', false],
    ['master', false],
    ['0123456789ab', false],
    ['', false],
  ])('%s: %p', (version, canonical) => {
    expect(isCanonical(version)).toBe(canonical);
  });
});
