import { posix } from 'node:path';
import { InvalidRequestData } from '../../errors/index.js';
import type { PackageConfig, ResolveJob } from '../package-manager.js';
import { quote } from '../quote.js';
import { readWheelFilter, type WheelFilter } from './distributions/wheel-filter.js';
import { sourceFiles } from './metadata/project-files.js';
import { readNameAndVersion } from './metadata/read-name-and-version.js';
import { indexName } from './names.js';
import { readRequirements, type RequirementsSet } from './requirements/read-requirements.js';

/** A Python package of the source, and what its requirements files say. */
export interface PythonProject {
  name: string;
  version: string;
  /** Relative to the root of the repository; `.` is the root. */
  directory: string;
  runtime: RequirementsSet;
  /** What is needed to build it and its dependencies. */
  build: RequirementsSet;
  /** Undefined = source distributions only. */
  wheels: WheelFilter | undefined;
}

/**
 * Reads one entry of `packages.pip`. Throws `InvalidRequestData` (no such directory, name or version unknown),
 * `FileAccessError` (a listed file is missing), `ValidationError` (what stands in them).
 */
export async function readProject(entry: PackageConfig, job: ResolveJob): Promise<PythonProject> {
  const { path: directory } = entry;
  await checkDirectory(directory, job);
  const wheels = readWheelFilter(entry);
  const { name, version } = await nameAndVersion(directory, job);
  const rules = {
    strictCompat: job.settings.pip.strictCompat,
    indexUrls: job.settings.upstreams.pip.map(({ url }) => url),
    packageRoot: directory,
    wheels: wheels !== undefined,
    log: job.log,
  };
  const read = async (key: string, usual: string): Promise<RequirementsSet> =>
    readRequirements(job.source, await requirementsFiles(entry, key, usual, job), rules);
  return {
    name,
    version,
    directory,
    runtime: await read('requirements_files', 'requirements.txt'),
    build: await read('requirements_build_files', 'requirements-build.txt'),
    wheels,
  };
}

/** How messages name a directory of the repository. */
export function shownDirectory(directory: string): string {
  return directory === '.' ? 'the root of the repository' : quote(directory);
}

async function checkDirectory(directory: string, { source }: ResolveJob): Promise<void> {
  if (directory === '.') return;
  for await (const { path } of source.list(directory)) if (path !== directory) return;
  throw new InvalidRequestData(`There is no directory ${quote(directory)} in the repository. Ask for another path.`);
}

async function nameAndVersion(directory: string, job: ResolveJob): Promise<{ name: string; version: string }> {
  const at = shownDirectory(directory);
  const log = (message: string): void => job.log.warn(`Python package at ${at}: ${message}`);
  const found = await readNameAndVersion(sourceFiles(job.source, directory), log, job.signal);
  const usual = job.settings.pip.nameFromRepository ? fromRepository(directory, job) : undefined;
  const name = found.name ?? usual?.name;
  const version = found.version ?? usual?.version;
  if (name !== undefined && version !== undefined) return { name, version };
  const missing = [name === undefined ? 'name' : '', version === undefined ? 'version' : ''].filter(Boolean);
  throw new InvalidRequestData(
    `The ${missing.join(' and ')} of the Python package at ${at} cannot be found without running code. Write ` +
      `${missing.length > 1 ? 'them' : 'it'} as plain text into setup.py, setup.cfg or pyproject.toml.`,
  );
}

/** The repository's own name and the way to the package in it, as one name (PEP 503). */
function fromRepository(directory: string, job: ResolveJob): { name: string; version: string } {
  const repository = posix.basename(job.repositoryName);
  const name = directory === '.' ? repository : `${repository}-${directory.replaceAll('/', '-')}`;
  return { name: indexName(name), version: job.commit.id };
}

/** Paths relative to the repository. The usual file counts if nothing is listed and it is there. */
async function requirementsFiles(
  entry: PackageConfig,
  key: string,
  usual: string,
  { source }: ResolveJob,
): Promise<string[]> {
  const listed = entry[key];
  if (Array.isArray(listed)) return listed.map((path) => posix.join(entry.path, String(path)));
  const path = posix.join(entry.path, usual);
  const found = await source.entry(path);
  if (found === undefined || found.type === 'directory') return [];
  return [path];
}
