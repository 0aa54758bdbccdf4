import type { ResolveJob } from '../package-manager.js';
import type { Archived, ArchivedFile } from './archive/archived.js';
import { type Distribution, type DistributionFacts, factsOf } from './distribution-facts.js';
import { commitDistribution, directoryFacts, sdistDistribution, unreadWheel, wheelDistribution } from './distribution-kinds.js';
import type { StatedRequirement } from './graph/stated-requirement.js';
import { externalPlace } from './layout.js';
import { localRequirements } from './local-packages.js';
import { sourceFiles } from './metadata/project-files.js';
import type { PythonProject } from './project.js';
import type { Requirement, UrlRequirement } from './requirements/requirement.js';

/** What is said of itself by what lines of requirements files ask for. */
export type Facts = ReadonlyMap<Requirement, DistributionFacts>;

/** Of all that is archived. Real requests have some ten thousand; what is beyond counts as unknown. */
const MAX_REQUIREMENTS = 300_000;

/**
 * What archived distributions and local directories say of themselves. Of what they require, only those in `locked`
 * (names as indexes know them) are kept: no edge leads to anything else.
 */
export async function readFacts(
  projects: readonly PythonProject[],
  archived: Archived,
  locked: ReadonlySet<string>,
  job: ResolveJob,
): Promise<Facts> {
  let room = MAX_REQUIREMENTS;
  const relevant = ({ needs, requires }: DistributionFacts): DistributionFacts => {
    const kept = requires?.filter(({ name }) => locked.has(name));
    room -= kept?.length ?? 0;
    return { needs, requires: room < 0 ? undefined : kept };
  };
  const distributions = distributionsOf(archived);
  const bySubject = new Map<string, DistributionFacts>();
  for await (const [subject, found] of factsOf([...distributions.values()].flat(), job)) {
    bySubject.set(subject, relevant(found));
  }
  const facts = new Map<Requirement, DistributionFacts>();
  for (const [requirement, all] of distributions) {
    facts.set(requirement, joined(all.flatMap(({ subject }) => bySubject.get(subject) ?? [])));
  }
  for (const requirements of localRequirements(projects).values()) {
    const found = relevant(await directoryFacts(sourceFiles(job.source, requirements[0].path), job.signal));
    for (const requirement of requirements) facts.set(requirement, found);
  }
  return facts;
}

/** Files of one release require the same, so the first that says it is as good as the others. */
function joined(all: readonly DistributionFacts[]): DistributionFacts {
  const first = <Part>(part: (facts: DistributionFacts) => Part | undefined): Part | undefined =>
    all.map(part).find((found) => found !== undefined);
  return { needs: first(({ needs }) => needs), requires: first(({ requires }): readonly StatedRequirement[] | undefined => requires) };
}

function distributionsOf({ releases, urls, commits, contents }: Archived): Map<Requirement, Distribution[]> {
  const distributions = new Map<Requirement, Distribution[]>();
  for (const [requirement, files] of releases) distributions.set(requirement, ofRelease(files, contents));
  for (const [requirement, artifact] of urls) {
    const { extension, fragment } = requirement;
    if (extension === '.whl') distributions.set(requirement, [unreadWheel(artifact, fileNameOf(requirement))]);
    // What a directory inside of it says is not read.
    else if (!fragment.some(({ key }) => key === 'subdirectory')) {
      const { file } = externalPlace(requirement, { flat: false });
      distributions.set(requirement, [sdistDistribution(artifact, file)]);
    }
  }
  for (const [requirement, artifact] of commits) {
    distributions.set(requirement, [commitDistribution(artifact, requirement)]);
  }
  return distributions;
}

/** One wheel, whose metadata a build has made, and the source distribution. */
function ofRelease(files: readonly ArchivedFile[], contents: Archived['contents']): Distribution[] {
  const wheel = files.find(({ metadata }) => metadata !== undefined);
  const sdist = files.find(({ file }) => file.kind === 'sdist');
  return [
    ...(wheel?.metadata ? [wheelDistribution(wheel.artifact, wheel.metadata)] : []),
    ...(sdist ? [sdistDistribution(sdist.artifact, sdist.file.fileName, contents.get(sdist.file.url))] : []),
  ];
}

/** Tells whose wheel it is. */
function fileNameOf({ fetchUrl }: UrlRequirement): string {
  const name = new URL(fetchUrl).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
