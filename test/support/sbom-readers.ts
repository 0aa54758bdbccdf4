import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import { python3, pythonObstacle, pythonWith } from './python-clients.js';

const PROGRAM = join(import.meta.dirname, 'sbom-read.py');

/**
 * Each group is installed into an environment of its own, for an environment is named after all that is in it, and names
 * of files are limited.
 */
const PACKAGES = {
  cyclonedx: [
    [
      'cyclonedx-python-lib==11.12.0',
      'boolean.py==5.0',
      'defusedxml==0.7.1',
      'license-expression==30.4.4',
      'packageurl-python==0.17.6',
      'py-serializable==2.1.0',
      'sortedcontainers==2.4.0',
      'typing_extensions==4.16.0',
    ],
    // The validator of JSON schemas, with what checks that dates and addresses are some.
    [
      'jsonschema==4.26.0',
      'attrs==26.1.0',
      'jsonschema-specifications==2025.9.1',
      'lark==1.3.1',
      'referencing==0.37.0',
      'rfc3339-validator==0.1.4',
      'rfc3987-syntax==1.1.0',
      'rpds-py==2026.9.1',
      'six==1.17.0',
    ],
  ],
  spdx: [
    [
      'spdx-tools==0.8.5',
      'beartype==0.23.1',
      'boolean.py==5.0',
      'click==8.5.1',
      'license-expression==30.4.4',
      'ply==3.11',
      'pyparsing==3.3.3',
      'PyYAML==6.0.3',
      'rdflib==7.6.0',
      'semantic-version==2.10.0',
      'uritools==6.1.4',
      'xmltodict==1.0.4',
    ],
  ],
} as const satisfies Record<string, readonly (readonly string[])[]>;

export type SbomFamily = keyof typeof PACKAGES;

/** What an independent reader makes of a document. */
export interface Reading {
  /** What it says is wrong with it. */
  problems: string[];
  /** What it writes of what it has read. */
  written: object;
}

/** Why the readers of a family of formats cannot be run here; undefined when they can. */
export function readerObstacle(family: SbomFamily): string | undefined {
  return pythonObstacle([PACKAGES[family][0][0]], [11, Infinity]);
}

/** What the library of the formats' authors makes of documents: `cyclonedx-python-lib` or `spdx-tools`. */
export async function readSboms(family: SbomFamily, texts: readonly string[]): Promise<Reading[]> {
  const [python, ...others] = await Promise.all(PACKAGES[family].map((packages) => pythonWith(packages)));
  const options = {
    input: JSON.stringify(texts),
    env: { PATH: process.env.PATH, HOME: tmpdir(), PYTHONPATH: others.map(packagesOf).join(delimiter) },
    extendEnv: false,
    maxBuffer: 2 ** 29,
  } as const;
  const { stdout } = await execa(python, [PROGRAM, family], options);
  return JSON.parse(stdout) as Reading[];
}

/** Where the packages of an environment lie. */
function packagesOf(python: string): string {
  const [major, minor] = python3().version.split('.');
  return join(dirname(dirname(python)), `lib/python${major}.${minor}/site-packages`);
}
