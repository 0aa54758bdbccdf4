import { inTurns } from '../../concurrency/index.js';
import type { BuildRequirement } from '../package-manager.js';
import { quote } from '../quote.js';
import type { Archived } from './archive/archived.js';
import type { Facts } from './archived-facts.js';
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
  facts: Facts,
): Promise<BuildRequirement[]> {
  const pins = pinsOf(archived);
  const found = new Map<string, BuildRequirement>();
  for (const { directory, runtime, build } of projects) {
    await inTurns([...runtime.requirements, ...build.requirements], (requirement) => {
      const need = facts.get(requirement)?.needs;
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
