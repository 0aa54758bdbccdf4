import { VERSION } from '../config/index.js';
import { contentManifest } from './icm.js';
import { provenance } from './provenance/statement.js';
import { sbom } from './sbom/sbom-formats.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SUBMODULE_COMMIT = '89abcdef0123456789abcdef0123456789abcdef';
const REPO = 'https://github.com/acme-labs/weather-hub.git';

const REQUEST = {
  repo: REPO,
  ref: COMMIT,
  packages: [
    {
      name: 'tiles',
      type: 'git-submodule',
      version: `https://bitbucket.org/acme/tiles.git#${SUBMODULE_COMMIT}`,
      path: 'tiles',
      dependencies: [],
      edges: new Uint32Array(),
    },
  ],
  completed: '2026-03-01T12:00:07Z',
  toolVersion: VERSION,
};

/** Examples for the API documentation, made by the code they document. */
export const ICM_EXAMPLE = await contentManifest([REQUEST]);
export const CYCLONEDX_EXAMPLE = await sbom('cyclonedx-1.6', [REQUEST]);
export const PROVENANCE_EXAMPLE = await provenance(
  {
    id: 17,
    repo: REPO,
    ref: COMMIT,
    packageManagers: ['git-submodule', 'npm'],
    flags: [],
    packages: {},
    replacements: [],
    offline: false,
    bundleSha256: 'c'.repeat(64),
    toolVersion: '1.0.0',
    submodules: [{ name: 'tiles', version: `https://bitbucket.org/acme/tiles.git#${SUBMODULE_COMMIT}` }],
    files: [
      {
        ecosystem: 'npm',
        name: 'kite',
        version: '2.1.3',
        upstream: 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz',
        sha256: 'd'.repeat(64),
      },
    ],
    startedOn: '2026-03-01T12:00:00Z',
    finishedOn: '2026-03-01T12:00:07Z',
  },
  { service: 'https://cachito.example.org', request: 'https://cachito.example.org/api/v1/requests/17' },
);
