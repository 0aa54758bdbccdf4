import { randomBytes } from 'node:crypto';
import type { RegistryEntry } from '../../src/packages/index.js';
import { type FileFacts, hostedFile, rawFile } from '../../src/registries/pypi/testing.js';
import type { RegistryService } from '../../src/registries/testing.js';
import { madeSdist, madeWheel, metadata, pythonArchive } from './pip-made.js';
import { publicWheel } from './python-clients.js';

const EEL_FILE = `eel-external-gitcommit-${'f'.repeat(40)}.tar.gz`;
const EEL_DIRECTORY = 'git.acme.dev:8443/team/eel';

/** Path of the one archive that is in no index. */
export const EEL_PATH = `${EEL_DIRECTORY}/${EEL_FILE}`;

/** A wheel that has more than one chunk of what clients ask for in ranges. */
const BREEZE_SIZE = 200_000;

/** A source distribution that needs another project to be built. */
const NEEDS_MAKER = {
  'pyproject.toml':
    '[build-system]\nrequires = ["hail-maker==1.0"]\nbuild-backend = "backend"\nbackend-path = ["."]\n',
};

/** As old projects are: no `pyproject.toml`, which means setuptools. */
const RAIN = {
  'PKG-INFO': metadata('rain', '1.0'),
  'setup.py': 'from setuptools import setup\nsetup(name="rain", version="1.0", py_modules=["rain"])\n',
  'rain.py': "VERSION = '1.0'\n",
};

/** Projects of all kinds, archived, as entries of a registry by their names. */
export async function archiveProjects(service: RegistryService): Promise<Map<string, RegistryEntry>> {
  const hosted = (name: string, version: string, file: string, bytes: Buffer, facts?: FileFacts) =>
    hostedFile(service, name, version, file, bytes, facts);
  const galeMetadata = Buffer.from(`${metadata('gale', '2.0')}Requires-Dist: storm-kit\n`);
  const breeze = await wheel('breeze', '0.5', metadata('breeze', '0.5'), randomBytes(BREEZE_SIZE).toString('base64'));
  const hail = await madeSdist('hail', '3.0', { kind: 'zip', files: NEEDS_MAKER });
  const maker = await madeWheel('hail-maker', '1.0');
  const mist = await madeSdist('mist', '1.0');
  const setuptools = await publicWheel('setuptools==80.9.0');
  const wheels = await publicWheel('wheel==0.45.1');
  const entries = await Promise.all([
    hosted('storm-kit', '1.2', 'Storm_Kit-1.2.tar.gz', await madeSdist('Storm_Kit', '1.2'), { requiresPython: '>=3' }),
    hosted('gale', '2.0', 'gale-2.0-py3-none-any.whl', await wheel('gale', '2.0', galeMetadata.toString()), {
      metadata: galeMetadata,
    }),
    hosted('breeze', '0.5', 'breeze-0.5-py3-none-any.whl', breeze),
    hosted('hail', '3.0', 'hail-3.0.zip', hail),
    hosted('hail-maker', '1.0', 'hail_maker-1.0-py3-none-any.whl', maker),
    hosted('rain', '1.0', 'rain-1.0.tar.gz', await pythonArchive('gz', 'rain-1.0', RAIN)),
    hosted('setuptools', '80.9.0', setuptools.name, setuptools.bytes),
    hosted('wheel', '0.45.1', wheels.name, wheels.bytes),
    hosted('mist', '1.0', 'mist-1.0.tar.gz', mist, { yanked: 'it is "broken" <br>' }),
    rawFile(service, `/${EEL_DIRECTORY}`, EEL_FILE, await madeSdist('eel', '0.1')),
  ]);
  return new Map(entries.map((entry) => [entry.name === `/${EEL_DIRECTORY}` ? 'eel' : entry.name, entry]));
}

/** A wheel of one module with this `METADATA`. */
function wheel(name: string, version: string, text: string, data = ''): Promise<Buffer> {
  return pythonArchive('zip', '', {
    [`${name}.py`]: `VERSION = '${version}'\n`,
    [`${name}_data.txt`]: data,
    [`${name}-${version}.dist-info/METADATA`]: text,
    [`${name}-${version}.dist-info/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${name}-${version}.dist-info/RECORD`]: '',
  });
}
