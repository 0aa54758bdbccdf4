import { expect, it } from '@jest/globals';
import { provenance, type ProvenanceFacts } from './statement.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SERVICE = { service: 'https://cachito.example', request: 'https://cachito.example/api/v1/requests/17' };

const FACTS: ProvenanceFacts = {
  id: 17,
  repo: 'https://ada:hunter2@git.acme.dev/hub.git',
  ref: COMMIT,
  packageManagers: ['git-submodule', 'npm'],
  flags: ['include-git-dir'],
  packages: { npm: [{ path: 'web/ui' }] },
  replacements: [{ name: 'kite', type: 'npm', version: 'https://ada:hunter2@dl.acme.dev/kite.tgz' }],
  offline: false,
  bundleSha256: 'c'.repeat(64),
  toolVersion: '1.2.3',
  submodules: [{ name: 'tiles', version: `https://git.acme.dev/tiles.git#${'1'.repeat(40)}` }],
  files: [
    { ecosystem: 'npm', name: 'kite', version: '1.0.0-external-gitcommit-2', upstream: `git+https://git.acme.dev/kite#${'2'.repeat(40)}`, sha256: 'd'.repeat(64) },
    { ecosystem: 'npm', name: 'dial', version: '2.0.1', upstream: 'https://registry.example/dial.tgz', sha256: 'e'.repeat(64) },
  ],
  startedOn: '2026-03-01T12:00:00Z',
  finishedOn: '2026-03-01T12:00:07Z',
};

it('tells what was made, from what, by whom and when', async () => {
  const statement = await provenance(FACTS, SERVICE);
  expect(statement).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'cachito-17.tar.gz', digest: { sha256: 'c'.repeat(64) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cachito:request:v1',
        externalParameters: {
          repo: 'https://git.acme.dev/hub.git',
          ref: COMMIT,
          pkg_managers: ['git-submodule', 'npm'],
          flags: ['include-git-dir'],
          packages: { npm: [{ path: 'web/ui' }] },
          dependency_replacements: [{ name: 'kite', type: 'npm', version: 'https://dl.acme.dev/kite.tgz' }],
          offline: false,
        },
        resolvedDependencies: [
          { uri: `git+https://git.acme.dev/hub.git@${COMMIT}`, digest: { gitCommit: COMMIT } },
          { name: 'tiles', uri: `git+https://git.acme.dev/tiles.git@${'1'.repeat(40)}`, digest: { gitCommit: '1'.repeat(40) } },
          { name: 'kite', uri: `git+https://git.acme.dev/kite@${'2'.repeat(40)}`, digest: { gitCommit: '2'.repeat(40) } },
          { uri: 'pkg:npm/dial@2.0.1', digest: { sha256: 'e'.repeat(64) }, downloadLocation: 'https://registry.example/dial.tgz' },
        ],
      },
      runDetails: {
        builder: { id: 'https://cachito.example', version: { cachito: '1.2.3' } },
        metadata: { invocationId: SERVICE.request, startedOn: '2026-03-01T12:00:00Z', finishedOn: '2026-03-01T12:00:07Z' },
        byproducts: [
          { name: 'sbom', uri: `${SERVICE.request}/sbom?format=cyclonedx-1.6`, mediaType: 'application/vnd.cyclonedx+json' },
          { name: 'kite', digest: { sha256: 'd'.repeat(64) }, annotations: { packed_from: `git+https://git.acme.dev/kite@${'2'.repeat(40)}` } },
        ],
      },
    },
  });
  expect(JSON.stringify(statement)).not.toContain('hunter2');
});

it('does not name a version that nobody recorded', async () => {
  const { predicate } = await provenance({ ...FACTS, toolVersion: null }, SERVICE);
  expect(predicate.runDetails.builder).toEqual({ id: 'https://cachito.example' });
});
