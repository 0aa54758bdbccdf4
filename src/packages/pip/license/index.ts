import type { DeclaredLicense } from '../../../dependencies/index.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { readLeniently } from '../../lenient-reading.js';
import { NOTHING_DECLARED } from '../../licenses/index.js';
import type { ArchivedFile, ReadLicense } from '../../package-manager.js';
import { readZipFiles } from '../../zip-files.js';
import { LIMITS } from '../distributions/archive-limits.js';
import { type CoreMetadata, readCoreMetadata } from '../distributions/core-metadata.js';
import { readPyprojectAside, readSetupCfgAside } from '../metadata/read-aside.js';
import { listOf } from '../metadata/setup-cfg.js';
import { fieldsLicense, type LicenseFields } from './declared-fields.js';
import type { LicenseFile } from './license-files.js';
import { sdistLicenseFiles } from './sdist-license-files.js';

/**
 * The licence that a wheel or a source distribution declares in its core metadata. An archive without these, such as
 * that of a repository, declares it in `pyproject.toml` or `setup.cfg`.
 */
export const readLicense: ReadLicense = async (file, signal) => {
  return isWheel(file) ? wheelLicense(file, signal) : sdistLicense(file, signal);
};

/** Addresses of direct references have a fragment, and may have a query. */
function isWheel({ upstream }: ArchivedFile): boolean {
  return upstream.split(/[?#]/, 1)[0].endsWith('.whl');
}

async function wheelLicense(file: ArchivedFile, signal: AbortSignal): Promise<DeclaredLicense> {
  const isWanted = (path: string): boolean => {
    const names = path.split('/');
    return names.length === 2 && names[0].endsWith('.dist-info') && names[1] === 'METADATA';
  };
  const selection = { isWanted, maxFiles: 2, maxBytes: LIMITS.metadata };
  const found = (await readLeniently(file, signal, (readable) => readZipFiles(readable, selection))) ?? [];
  // A wheel has one such folder; which of several counts is for nobody to guess.
  if (found.length !== 1) return NOTHING_DECLARED;
  const [{ path, content }] = found;
  return fieldsLicense(metadataFields(readCoreMetadata(content)), path);
}

async function sdistLicense(file: ArchivedFile, signal: AbortSignal): Promise<DeclaredLicense> {
  const options = { withMetadata: !file.upstream.startsWith('git+') };
  const look = (readable: Parameters<typeof sdistLicenseFiles>[0]): Promise<LicenseFile[]> =>
    sdistLicenseFiles(readable, options, signal);
  for (const each of (await readLeniently(file, signal, look)) ?? []) {
    const license = fieldsLicense(await fieldsOf(each, signal), each.path);
    if (license.file !== null) return license;
  }
  return NOTHING_DECLARED;
}

async function fieldsOf({ kind, path, content }: LicenseFile, signal: AbortSignal): Promise<LicenseFields> {
  // Those who write these files are not always careful with a name in some comment.
  const file = { file: path, text: new TextDecoder('utf-8').decode(content) };
  try {
    switch (kind) {
      case 'PKG-INFO':
      case 'egg-info':
        return metadataFields(readCoreMetadata(Buffer.from(content)));
      case 'pyproject.toml':
        return await readPyprojectAside(file, signal);
      case 'setup.cfg': {
        const { license, classifiers = '' } = await readSetupCfgAside(file, signal);
        return { license, classifiers: listOf(classifiers, ',') };
      }
    }
  } catch (error) {
    if (error instanceof InvalidFileFormat) return NO_FIELDS;
    throw error;
  }
}

/** Core metadata specification: `License-Expression`, `License`, `Classifier`. */
function metadataFields(metadata: CoreMetadata | undefined): LicenseFields {
  if (metadata === undefined) return NO_FIELDS;
  return {
    expression: metadata.get('license-expression')?.at(0),
    license: metadata.get('license')?.at(0),
    classifiers: metadata.get('classifier') ?? [],
  };
}

const NO_FIELDS: LicenseFields = { classifiers: [] };
