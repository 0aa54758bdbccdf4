import { InvalidFileFormat } from '../../../errors/index.js';
import { versionText } from '../versions.js';
import type { ProjectFiles } from './project-files.js';
import { ProjectReader } from './project-reader.js';
import type { Pyproject } from './pyproject.js';
import { packageDirectories, type SetupCfg } from './setup-cfg.js';
import { type PackageDirectories, versionOfAttribute, versionOfFiles } from './version-source.js';

export interface NameAndVersion {
  name: string | undefined;
  /** In the normal form of PEP 440, if it has one. */
  version: string | undefined;
}

type Log = (message: string) => void;

/** What one of the files says; the version is looked up only when it is needed. */
interface Description {
  name?: string;
  version: () => string | undefined | Promise<string | undefined>;
}

/** Bytes: nobody means a longer name or version, and no index of the catalogue could hold it. */
const MAX_LENGTH = 1000;
/** What no name has, and documents and databases cannot hold. */
const NO_TEXT = /[\p{Cc}\p{Cs}]/u;

/**
 * Name and version of a package from its `setup.py`, what is missing from `setup.cfg`, and what is missing still from
 * `pyproject.toml`; nothing of it is run. A file that cannot be understood is told to `log` and says nothing. Throws
 * `ValidationError` when the version is said to lie outside of the package.
 */
export async function readNameAndVersion(
  files: ProjectFiles,
  log: Log,
  signal: AbortSignal = new AbortController().signal,
): Promise<NameAndVersion> {
  const reader = new ProjectReader(files, signal);
  const found: NameAndVersion = { name: undefined, version: undefined };
  for (const describe of [describeBySetupPy, describeBySetupCfg, describeByPyproject]) {
    const description = await understood(() => describe(reader), log);
    found.name ??= usable('name', description?.name, log);
    found.version ??= usable('version', await understood(async () => description?.version(), log), log);
    if (found.name !== undefined && found.version !== undefined) break;
  }
  return { name: found.name, version: found.version && versionText(found.version) };
}

async function describeBySetupPy(reader: ProjectReader): Promise<Description | undefined> {
  const call = await reader.setupPy();
  return call && { name: call.name, version: () => call.version };
}

async function describeBySetupCfg(reader: ProjectReader): Promise<Description | undefined> {
  const config = await reader.setupCfg();
  return config && { name: config.name, version: () => versionOfConfig(reader, config) };
}

async function versionOfConfig(
  reader: ProjectReader,
  { version, packageDir }: SetupCfg,
): Promise<string | undefined> {
  if (version?.startsWith('file:')) return versionOfFiles(reader, [version.slice('file:'.length)]);
  if (!version?.startsWith('attr:')) return version;
  return versionOfAttribute(reader, version.slice('attr:'.length), [packageDirectories(packageDir ?? '')]);
}

async function describeByPyproject(reader: ProjectReader): Promise<Description | undefined> {
  const pyproject = await reader.pyproject();
  return pyproject && { name: pyproject.name, version: () => versionOfPyproject(reader, pyproject) };
}

async function versionOfPyproject(reader: ProjectReader, pyproject: Pyproject): Promise<string | undefined> {
  const { version, dynamicVersion: dynamic, poetryVersion } = pyproject;
  if (version !== undefined) return version;
  const dynamicText =
    dynamic &&
    ('attr' in dynamic
      ? await versionOfAttribute(reader, dynamic.attr, layoutsOf(pyproject))
      : await versionOfFiles(reader, dynamic.files));
  return dynamicText ?? poetryVersion;
}

/**
 * Unless told where modules lie, setuptools finds them: where `packages.find` looks, in the root, or in `src`.
 */
function layoutsOf({ packageDirectories: told, where }: Pyproject): PackageDirectories[] {
  if (told.size > 0) return [told];
  return [...where, '', 'src'].map((directory) => new Map([['', directory]]));
}

/** What cannot be read for its form says nothing. */
async function understood<Content>(read: () => Promise<Content>, log: Log): Promise<Content | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InvalidFileFormat)) throw error;
    log(`${error.message} It says nothing of the name and version of the package.`);
    return undefined;
  }
}

function usable(what: string, text: string | undefined, log: Log): string | undefined {
  if (text === undefined || text === '') return undefined;
  const isLong = Buffer.byteLength(text) > MAX_LENGTH;
  // Of a version, other characters are replaced.
  const isText = what === 'version' || !NO_TEXT.test(text);
  if (!isLong && isText) return text;
  log(`A ${what} of the package has ${isLong ? `more than ${MAX_LENGTH} bytes` : 'control characters'} and does not count.`);
  return undefined;
}
