import { describe, expect, it } from '@jest/globals';
import { UnsupportedFeature } from '../../../errors/index.js';
import { chooseToolchain, type ToolchainPolicy } from './choose-toolchain.js';

const ANY: ToolchainPolicy = { toolchains: 'fetch', maxToolchain: undefined };

describe('chooseToolchain', () => {
  it.each<[string, string | undefined, boolean, string]>([
    // target, installed, edits, chosen
    ['1.22.3', undefined, false, '1.22.3'],
    ['1.22', undefined, false, '1.22.0'],
    ['1.21', undefined, true, '1.21.0'],
    ['1.17', undefined, false, '1.20.14'],
    ['1.20', undefined, true, '1.20.14'],
    ['1.20.5', undefined, false, '1.20.14'],
    ['1.22', '1.26.8', false, 'installed'],
    ['1.22', '1.26.8', true, 'installed'],
    ['1.26.8', '1.26.8', true, 'installed'],
    ['1.26', '1.26.0', true, 'installed'],
    ['1.26', '1.26rc1', true, 'installed'],
    ['1.26rc2', '1.26rc1', false, '1.26rc2'],
    ['1.26.9', '1.26.8', false, '1.26.9'],
    ['1.27', '1.26.8', true, '1.27.0'],
    ['1.27rc1', '1.26.8', true, '1.27rc1'],
    ['1.20', '1.26.8', false, 'installed'],
    ['1.20', '1.26.8', true, '1.20.14'],
    ['1.13', '1.21.0', true, '1.20.14'],
    ['1.20', '1.20.3', true, 'installed'],
    ['1.18', '1.20', false, 'installed'],
    ['1.20', '1.19.13', false, '1.20.14'],
    ['1.20.7', '1.20.3', true, '1.20.14'],
    ['1.21', '1.20.14', false, '1.21.0'],
  ])('for Go %s, with Go %s installed, edits %s: %s', (target, installed, edits, expected) => {
    const isInstalled = expected === 'installed';
    expect(chooseToolchain({ target, edits }, installed, ANY)).toEqual({
      version: isInstalled ? installed : expected,
      installed: isInstalled,
    });
  });

  it.each<[string, string | undefined, string, boolean]>([
    // target, installed, newest that may be fetched, may it
    ['1.26.3', undefined, '1.26', true],
    ['1.26rc1', undefined, '1.26', true],
    ['1.27rc1', undefined, '1.26', false],
    ['1.27.0', undefined, '1.26.8', false],
    ['1.26.8', undefined, '1.26.8', true],
    ['1.26.9', undefined, '1.26.8', false],
    ['1.26', undefined, '1.26rc1', false],
    ['1.26.9', '1.26.9', '1.25', true],
    ['999999.1', '1.26.8', '1.26', false],
  ])('for Go %s, with Go %s installed and at most Go %s: %s', (target, installed, maxToolchain, allowed) => {
    const choose = () => chooseToolchain({ target, edits: false }, installed, { toolchains: 'fetch', maxToolchain });
    if (allowed) expect(choose).not.toThrow();
    else expect(choose).toThrow(UnsupportedFeature);
  });

  it('names the option that forbids, and the Go that is needed', () => {
    const choose = (policy: ToolchainPolicy, installed?: string) => () =>
      chooseToolchain({ target: '1.27', edits: false }, installed, policy);
    expect(choose({ ...ANY, maxToolchain: '1.26' })).toThrow(/asks for Go 1\.27; .* is Go 1\.26 \(CACHITO_GOMOD_MAX_TOOLCHAIN\)/);
    expect(choose({ ...ANY, toolchains: 'installed' }, '1.26.8')).toThrow(
      /needs Go 1\.27\.0 .*; there is Go 1\.26\.8, and no other may be fetched \(CACHITO_GOMOD_TOOLCHAINS=installed\)/,
    );
    expect(choose({ ...ANY, toolchains: 'installed' })).toThrow(/there is none/);
  });
});
