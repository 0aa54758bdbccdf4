import { describe, expect, it } from '@jest/globals';
import { isPseudoVersion } from './pseudo-version.js';

describe('isPseudoVersion', () => {
  it.each([
    ['v0.0.0-20170915032832-14c0d48ead0c', true],
    ['v2.0.0-20180109114331-abcdef012345', true],
    ['v1.2.4-0.20191109021931-daa7c04131f5', true],
    ['v1.2.3-pre.0.20191109021931-daa7c04131f5', true],
    ['v1.2.3-rc-1.0.20191109021931-daa7c04131f5', true],
    ['v2.0.1-0.20191109021931-daa7c04131f5+incompatible', true],
    ['v0.0.0-20170915032832-14c0d48ead0c+incompatible', true],
    ['v1.2.3', false],
    ['v1.2.3-rc.1', false],
    ['v2.0.0+incompatible', false],
    ['v1.2.3-20191109021931-daa7c04131f5', false],
    ['v1.2.4-1.20191109021931-daa7c04131f5', false],
    ['v1.2.4-0.2019110902193-daa7c04131f5', false],
    ['v1.2.4-0.20191109021931', false],
    ['main', false],
  ])('says of %s: %s', (version, pseudo) => {
    expect(isPseudoVersion(version)).toBe(pseudo);
  });
});
