import { describe, expect, it } from '@jest/globals';
import { cycloneDxValidator } from '../../../test/support/schemas/validators.js';
import { compatibleSbom } from './sbom-formats.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const REQUEST = {
  repo: 'https://github.com/Acme/Hub.git',
  ref: COMMIT,
  packages: [
    {
      type: 'npm',
      name: 'hub',
      version: '1.0.0',
      dependencies: [
        { type: 'npm', name: '@acme/dial', version: '2.0.1', dev: false },
        { type: 'npm', name: 'sky', version: 'https://dl.acme.dev/sky-3.tgz' },
      ],
    },
    {
      type: 'pip',
      name: 'hub-service',
      version: '1.0a1',
      path: 'service',
      dependencies: [
        { type: 'pip', name: 'Storm_Kit', version: '1!1.2.post1+local.7', dev: false },
        { type: 'pip', name: 'setuptools', version: '68.0.0', dev: true },
        { type: 'pip', name: 'haze', version: `git+https://git.acme.dev/x/haze.git@${COMMIT}`, dev: false },
        { type: 'pip', name: 'mist', version: 'https://dl.acme.dev/m.zip#sha256=0a1b&cachito_hash=sha256:0a1b', dev: false },
        { type: 'pip', name: 'eel', version: '../libs/eel', dev: false },
      ],
    },
    { type: 'git-submodule', name: 'tiles', version: `../tiles.git#${COMMIT}`, path: 'tiles', dependencies: [] },
  ],
};

describe('CycloneDX 1.4', () => {
  const validate = cycloneDxValidator('1.4');

  it.each([
    ['one request', [REQUEST]],
    ['several', [REQUEST, REQUEST]],
    ['none', []],
  ])('is valid for %s', async (_, requests) => {
    const document = await compatibleSbom(requests);
    expect(validate(document)).toEqual([]);
    expect(document).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.4', version: 1 });
  });

  it('holds nothing but its components', async () => {
    expect(Object.keys(await compatibleSbom([REQUEST]))).toEqual(['bomFormat', 'specVersion', 'version', 'components']);
  });
});
