import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { CYCLONEDX_EXAMPLE } from '../examples.js';
import { sbom, type SbomFormat } from './sbom-formats.js';

/** The official schemas, as the CycloneDX library ships them. */
const SCHEMAS = join(dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')), 'res', 'schema');

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const ORIGIN = { address: 'https://cachito.acme.dev/api/v1/requests/1/sbom', created: '2026-03-01T12:00:00Z' };
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

function validator(version: string): ValidateFunction {
  const read = (name: string): object => JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: true, addUsedSchema: false });
  addFormatsModule.default(ajv);
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json', 'cryptography-defs.SNAPSHOT.schema.json']) {
    ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}`);
  }
  return ajv.compile(read(`bom-${version}.SNAPSHOT.schema.json`));
}

describe.each(['1.4', '1.6', '1.7'])('CycloneDX %s', (version) => {
  const validate = validator(version);
  const format = `cyclonedx-${version}` as SbomFormat;

  it.each([
    ['one request', [REQUEST]],
    ['several', [REQUEST, REQUEST]],
    ['none', []],
  ])('is valid for %s', async (_, requests) => {
    const document = await sbom(format, requests, ORIGIN);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(document).toMatchObject({ bomFormat: 'CycloneDX', specVersion: version, version: 1 });
  });
});

describe('the SBOM', () => {
  it('holds nothing but its components in version 1.4', async () => {
    expect(Object.keys(await sbom('cyclonedx-1.4', [REQUEST], ORIGIN))).toEqual(['bomFormat', 'specVersion', 'version', 'components']);
  });

  it('names its subject in later versions', () => {
    expect(CYCLONEDX_EXAMPLE).toMatchObject({
      metadata: { component: { type: 'application', name: 'acme-labs/weather-hub', version: COMMIT } },
    });
  });

  it('describes every element once in SPDX', async () => {
    const document = await sbom('spdx-2.3', [REQUEST], ORIGIN);
    expect(document).toMatchObject({
      spdxVersion: 'SPDX-2.3',
      name: `Acme/Hub ${COMMIT}`,
      creationInfo: { created: ORIGIN.created },
      relationships: [
        { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Source-1' },
        { spdxElementId: 'SPDXRef-Source-1', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-Package-1' },
        ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => ({ relatedSpdxElement: `SPDXRef-Package-${number}` })),
      ],
    });
  });
});
