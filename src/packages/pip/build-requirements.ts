import { posix } from 'node:path';
import { sideBySide } from '../../concurrency/index.js';
import { ValidationError } from '../../errors/index.js';
import type { BuildRequirement, ResolveJob } from '../package-manager.js';
import type { Archived } from './archive/archived.js';
import { type ArchivedSdist, buildNeedsOf } from './build-needs.js';
import { urlPlace } from './layout.js';
import { localRequirements } from './local-packages.js';
import { sourceFiles } from './metadata/project-files.js';
import { type BuildNeeds, readBuildNeeds } from './metadata/read-build-needs.js';
import { indexName } from './names.js';
import type { PythonProject } from './project.js';
import { type LocalNames, resolvedPackage } from './report.js';
import { parseBuildRequirement } from './requirements/build-requirement.js';
import type { VcsRequirement } from './requirements/requirement.js';
import { satisfies } from './versions.js';

/** Directories of git repositories that are looked at at a time. */
const AT_A_TIME = 4;

/**
 * What the archived source distributions, and local directories, need to be built, and what of it the index of the
 * request does not have: pip asks that index for it, and fails in the build when it is not there.
 */
export async function findBuildRequirements(
  projects: readonly PythonProject[],
  archived: Archived,
  names: LocalNames,
  job: ResolveJob,
): Promise<BuildRequirement[]> {
  const pins = pinsOf(archived);
  const needs = await buildNeedsOf(archivedSdists(archived), job);
  const ofDirectories = await needsOfDirectories(projects, archived, job);
  const found = new Map<string, BuildRequirement>();
  for (const project of projects) {
    for (const { name, version, artifact } of resolvedPackage(project, archived, names).dependencies) {
      const key = artifact === undefined ? posix.join(project.directory, version ?? '') : artifact.sha256;
      const need = ofDirectories.get(key) ?? needs.get(key);
      if (need === undefined || version === null) continue;
      const missing = need.requires.filter((text) => !isSatisfied(text, pins));
      found.set(JSON.stringify([name, version]), { name, version, ...need, missing });
    }
  }
  return [...found.values()];
}

/** One line about all that is missing; undefined when nothing is. */
export function missingWarning(found: readonly BuildRequirement[]): string | undefined {
  const missing = [...new Set(found.flatMap((each) => each.missing))].sort();
  if (missing.length === 0) return undefined;
  const needers = found.filter((each) => each.missing.length > 0).map(({ name }) => name);
  const some = (texts: readonly string[]): string => texts.slice(0, 5).join(', ') + (texts.length > 5 ? ', …' : '');
  return (
    `Builds will fail where they need what no requirements file pins: ${some(missing)} (to build ${some(needers)}). ` +
    'Add it to requirements-build.txt; GET …/build-requirements of this request tells all of it.'
  );
}

/** Versions that the index of the request serves, by name. */
type Pins = ReadonlyMap<string, ReadonlySet<string>>;

function pinsOf({ releases }: Archived): Pins {
  const pins = new Map<string, Set<string>>();
  for (const { file } of [...releases.values()].flat()) {
    const name = indexName(file.name);
    pins.set(name, (pins.get(name) ?? new Set()).add(file.version));
  }
  return pins;
}

/** What is for other systems or Pythons of long ago only is needed by nobody; else which Python it will be is unknown. */
function isSatisfied(text: string, pins: Pins): boolean {
  const requirement = parseBuildRequirement(text);
  if (requirement === undefined) return false;
  if (!requirement.canHold) return true;
  const versions = [...(pins.get(indexName(requirement.name)) ?? [])];
  return versions.some((version) => requirement.specifier === '' || satisfies(version, requirement.specifier));
}

function archivedSdists({ releases, urls, contents }: Archived): ArchivedSdist[] {
  const ofIndexes = [...releases.values()]
    .flat()
    .filter(({ file }) => file.kind === 'sdist')
    .map(({ file, artifact }) => ({ artifact, fileName: file.fileName, contents: contents.get(file.url) }));
  const ofUrls = [...urls]
    .filter(([{ extension }]) => extension !== '.whl')
    .map(([requirement, artifact]): ArchivedSdist => {
      return { artifact, fileName: urlPlace(requirement, { flat: false }).file, contents: undefined };
    });
  return [...ofIndexes, ...ofUrls];
}

/** By the SHA-256 of the archives of commits, and the paths of local directories. */
async function needsOfDirectories(
  projects: readonly PythonProject[],
  { commits }: Archived,
  job: ResolveJob,
): Promise<Map<string, BuildNeeds>> {
  const needs = new Map<string, BuildNeeds>();
  for (const { path } of localRequirements(projects)) {
    needs.set(path, await readBuildNeeds(sourceFiles(job.source, path), job.signal));
  }
  await sideBySide([...commits], AT_A_TIME, job.signal, async ([requirement, artifact], signal) => {
    needs.set(artifact.sha256, await needsOfCommit(requirement, { ...job, signal }));
  });
  return needs;
}

async function needsOfCommit(requirement: VcsRequirement, job: ResolveJob): Promise<BuildNeeds> {
  const { fetchUrl, commit, fragment } = requirement;
  const { tree } = await job.sources.archive({ repo: fetchUrl, ref: commit, withSubmodules: false }, job.signal);
  const directory = fragment.find(({ key }) => key === 'subdirectory')?.value ?? '.';
  try {
    return await readBuildNeeds(sourceFiles(tree, directory), job.signal);
  } catch (error) {
    // The directory is what the line says, which may be anything.
    if (!(error instanceof ValidationError)) throw error;
    return { backend: null, requires: [] };
  }
}
