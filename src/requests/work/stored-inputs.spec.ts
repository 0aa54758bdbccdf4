import { expect, it } from '@jest/globals';
import { packageConfigs } from './stored-inputs.js';

it('what was configured of a package comes through whole, its path normalised', () => {
  const pip = { requirements_files: ['a.txt'], requirements_build_files: [], binary: { packages: 'x', py_version: 312 }, allow_binary: true };
  expect(packageConfigs({ pip: [{ ...pip, path: './web//ui/' }, { binary: {} }], npm: [], maven: [{ path: 'x' }] })).toEqual({
    pip: [{ ...pip, path: 'web/ui' }, { binary: {}, path: '.' }],
  });
});
