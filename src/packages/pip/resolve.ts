import { inTurns } from '../../concurrency/index.js';
import { InvalidRequestData } from '../../errors/index.js';
import { emptyResolution, type Resolution, type ResolveJob } from '../package-manager.js';
import { quote } from '../quote.js';
import { archiveAll } from './archive/archive-all.js';
import type { Archived } from './archive/archived.js';
import { needsOf } from './archive/needs.js';
import { findBuildRequirements, missingWarning } from './build-requirements.js';
import { configurationFiles, environment, type ExternalAddress } from './configuration.js';
import { type ExternalPlace, urlPlace, vcsPlace } from './layout.js';
import { linksPage } from './links-page.js';
import { localNames } from './local-packages.js';
import { Placement } from './placement.js';
import { type PythonProject, readProject, shownDirectory } from './project.js';
import { resolvedPackage } from './report.js';
import type { UrlRequirement, VcsRequirement } from './requirements/requirement.js';

/** Everything about the Python packages of a request. */
export async function resolvePip(job: ResolveJob): Promise<Resolution> {
  const projects: PythonProject[] = [];
  for (const entry of job.paths) {
    await job.progress.phase(`Reading the Python requirements at ${shownDirectory(entry.path)}`);
    projects.push(await readProject(entry, job));
  }
  refuseTwins(projects);
  const names = await localNames(projects, job);
  await job.progress.phase(`Fetching the Python dependencies of ${shownProjects(projects)}`);
  const archived = await archiveAll(needsOf(projects), job);

  await job.progress.phase('Looking up what the Python source distributions need to be built');
  const buildRequirements = await findBuildRequirements(projects, archived, names, job);
  const warning = missingWarning(buildRequirements);
  if (warning !== undefined) job.log.warn(warning);

  const settings = { flat: job.settings.pip.flatLayout, ...job.settings.registries };
  const placement = new Placement(settings);
  const addresses = await placeAll(archived, placement, settings);
  const { artifacts, registryEntries } = placement;
  return {
    ...emptyResolution(),
    packages: projects.map((project) => resolvedPackage(project, archived, names)),
    artifacts,
    generated: [linksPage(placement.links)],
    registryEntries,
    environment: environment(settings),
    files: configurationFiles(projects, (requirement) => addressIn(addresses, requirement), settings),
    buildRequirements,
  };
}

type External = UrlRequirement | VcsRequirement;

/** Returns where the archives lie that are from no package index. */
async function placeAll(
  { releases, urls, commits }: Archived,
  placement: Placement,
  layout: { flat: boolean },
): Promise<Map<External, ExternalAddress>> {
  await inTurns([...releases.values()].flat(), (file) => placement.addIndexFile(file));
  const places: [External, ExternalPlace][] = [
    ...[...urls.keys()].map((each): [External, ExternalPlace] => [each, urlPlace(each, layout)]),
    ...[...commits.keys()].map((each): [External, ExternalPlace] => [each, vcsPlace(each, layout)]),
  ];
  const addresses = new Map<External, ExternalAddress>();
  for (const [requirement, place] of places) {
    const artifact = requirement.kind === 'url' ? urls.get(requirement) : commits.get(requirement);
    if (artifact === undefined) continue;
    const registryPath = placement.addExternal(artifact, place);
    addresses.set(requirement, { registryPath, bundlePath: place.path });
  }
  return addresses;
}

function addressIn(addresses: ReadonlyMap<External, ExternalAddress>, requirement: External): ExternalAddress {
  const address = addresses.get(requirement);
  if (address !== undefined) return address;
  throw new InvalidRequestData(
    `${requirement.file}, line ${requirement.line}: ${quote(requirement.name)} could not be archived, and the line ` +
      'would lead to the internet. Remove it.',
  );
}

function refuseTwins(projects: readonly PythonProject[]): void {
  const seen = new Map<string, PythonProject>();
  for (const project of projects) {
    const key = JSON.stringify([project.name, project.version]);
    const twin = seen.get(key);
    if (twin !== undefined) {
      throw new InvalidRequestData(
        `The Python packages at ${shownDirectory(twin.directory)} and ${shownDirectory(project.directory)} have the ` +
          `same name and version, ${quote(`${project.name} ${project.version}`)}.`,
      );
    }
    seen.set(key, project);
  }
}

function shownProjects(projects: readonly PythonProject[]): string {
  const names = projects.slice(0, 3).map(({ name }) => quote(name));
  return projects.length > 3 ? `${names.join(', ')} and ${projects.length - 3} more` : names.join(', ');
}
