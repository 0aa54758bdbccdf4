import { inTurns } from '../../concurrency/index.js';
import type { BuildRequirement, ResolveJob } from '../package-manager.js';
import { quote } from '../quote.js';
import type { Archived } from './archive/archived.js';
import { type Buildable, buildableCommit, buildableSdist, buildNeedsOf } from './build-needs.js';
import { externalPlace } from './layout.js';
import { localRequirements } from './local-packages.js';
import { sourceFiles } from './metadata/project-files.js';
import { type BuildNeeds, readBuildNeeds } from './metadata/read-build-needs.js';
import { pinsOf } from './pins.js';
import type { PythonProject } from './project.js';
import { type LocalNames, reported } from './report.js';
import { parseMarker } from './requirements/marker.js';
import { canHold } from './requirements/marker-reach.js';
import { withoutAddress } from './requirements/place.js';
import type { Requirement } from './requirements/requirement.js';

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
  const needs = await needsOfAll(projects, archived, job);
  const pins = pinsOf(archived);
  const found = new Map<string, BuildRequirement>();
  for (const { directory, runtime, build } of projects) {
    await inTurns([...runtime.requirements, ...build.requirements], (requirement) => {
      const need = needs.get(requirement);
      const dependency = reported(requirement, directory, archived, names);
      if (need === undefined || dependency === undefined) return;
      const { name, version } = dependency;
      const key = JSON.stringify([name, version]);
      // A line may be for other systems, where another line is not.
      if ((found.get(key)?.missing.length ?? 0) > 0) return;
      const missing = need.requires.filter((text) => isInstalled(requirement) && !pins.satisfy(text));
      const { backend, requires } = need;
      found.set(key, { name, version, backend, requires: requires.map(shown), missing: missing.map(shown) });
    });
  }
  return [...found.values()];
}

/** One line about all that is missing; undefined when nothing is. */
export function missingWarning(found: readonly BuildRequirement[]): string | undefined {
  const missing = [...new Set(found.flatMap((each) => each.missing))].sort();
  if (missing.length === 0) return undefined;
  const needers = found.filter((each) => each.missing.length > 0).map(({ name }) => name);
  return (
    `Builds will fail where they need what no requirements file pins: ${some(missing)} (to build ${some(needers)}). ` +
    'Add it to requirements-build.txt; GET …/build-requirements of this request tells all of it.'
  );
}

/** Others wrote them. */
function some(texts: readonly string[]): string {
  const first = texts.slice(0, 5).map((text) => quote(withoutAddress(text)));
  return first.join(', ') + (texts.length > 5 ? ', …' : '');
}

/** A requirement without user and password of its address: anybody may see it. */
function shown(text: string): string {
  return text.replace(/\/\/[^/?#]*@/g, '//');
}

/** What is for other systems or Pythons of long ago is archived, but built by nobody. */
function isInstalled({ marker, file, line }: Requirement): boolean {
  return marker === undefined || canHold(parseMarker(marker, { file, line }));
}

async function needsOfAll(
  projects: readonly PythonProject[],
  archived: Archived,
  job: ResolveJob,
): Promise<Map<Requirement, BuildNeeds>> {
  const buildables = buildablesOf(archived);
  const found = await buildNeedsOf([...buildables.values()], job);
  const needs = new Map<Requirement, BuildNeeds>();
  for (const [requirement, { subject }] of buildables) {
    const need = found.get(subject);
    if (need !== undefined) needs.set(requirement, need);
  }
  for (const requirements of localRequirements(projects).values()) {
    const need = await readBuildNeeds(sourceFiles(job.source, requirements[0].path), job.signal);
    for (const requirement of requirements) needs.set(requirement, need);
  }
  return needs;
}

function buildablesOf({ releases, urls, commits, contents }: Archived): Map<Requirement, Buildable> {
  const buildables = new Map<Requirement, Buildable>();
  for (const [requirement, files] of releases) {
    const sdist = files.find(({ file }) => file.kind === 'sdist');
    if (sdist === undefined) continue;
    const { file, artifact } = sdist;
    buildables.set(requirement, buildableSdist(artifact, file.fileName, contents.get(file.url)));
  }
  for (const [requirement, artifact] of urls) {
    const { extension, fragment } = requirement;
    // What a directory inside of it needs is not read.
    if (extension === '.whl' || fragment.some(({ key }) => key === 'subdirectory')) continue;
    buildables.set(requirement, buildableSdist(artifact, externalPlace(requirement, { flat: false }).file));
  }
  for (const [requirement, artifact] of commits) buildables.set(requirement, buildableCommit(artifact, requirement));
  return buildables;
}
