import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormatsModule from 'ajv-formats';

/** What is wrong with the JSON text of a document; nothing for a valid one. */
export type Validator = (document: object) => ErrorObject[];

/** The official schemas, as the CycloneDX library ships them. */
const LIBRARY = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
const CYCLONEDX = join(LIBRARY, '../res/schema');
const PARTS = ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json', 'cryptography-defs.SNAPSHOT.schema.json'];

export function cycloneDxValidator(version: '1.4' | '1.6' | '1.7'): Validator {
  const ajv = new Ajv({ strict: false, addUsedSchema: false });
  addFormatsModule.default(ajv);
  // Stricter than the schemas: only what is a URI too, and none of our documents has an email address.
  ajv.addFormat('iri-reference', addFormatsModule.default.get('uri-reference'));
  ajv.addFormat('idn-email', addFormatsModule.default.get('email'));
  for (const name of PARTS) ajv.addSchema(read(CYCLONEDX, name), `http://cyclonedx.org/schema/${name}`);
  return validator(ajv, read(CYCLONEDX, `bom-${version}.SNAPSHOT.schema.json`));
}

export function spdxValidator(): Validator {
  return validator(new Ajv2019({ strict: false }), read(import.meta.dirname, 'spdx-2.3.schema.json'));
}

function validator(ajv: Ajv | Ajv2019, schema: object): Validator {
  const validate = ajv.compile(schema);
  return (document) => (validate(JSON.parse(JSON.stringify(document))) ? [] : (validate.errors ?? []));
}

function read(folder: string, name: string): object {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
