import { inTurns } from '../../concurrency/index.js';
import { InvalidRequestData } from '../../errors/index.js';
import { emptyResolution, type Resolution, type ResolveJob } from '../package-manager.js';
import { quote } from '../quote.js';
import { archiveAll } from './archive/archive-all.js';
import type { Archived } from './archive/archived.js';
import { needsOf } from './archive/needs.js';
import { readFacts } from './archived-facts.js';
import { findBuildRequirements, missingWarning } from './build-requirements.js';
import { configurationFiles, environment } from './configuration.js';
import { externalPlace } from './layout.js';
import { linksPage } from './links-page.js';
import { localNames } from './local-packages.js';
import { markedRequirements } from './marked-requirements.js';
import { lockedNames, packageGraph } from './package-graph.js';
import { Placement } from './placement.js';
import { type PythonProject, readProject, shownDirectory } from './project.js';
import { resolvedPackage } from './report.js';

/** Lines and hashes of a request. Real ones have a tenth of it. */
const MAX_LINES = 300_000;

/** Everything about the Python packages of a request. */
export async function resolvePip(job: ResolveJob): Promise<Resolution> {
  const projects: PythonProject[] = [];
  let lines = 0;
  for (const entry of job.paths) {
    await job.progress.phase(`Reading the Python requirements at ${shownDirectory(entry.path)}`);
    const project = await readProject(entry, job);
    projects.push(project);
    lines += linesOf(project);
    if (lines > MAX_LINES) throw tooManyLines();
  }
  markedRequirements(projects).forEach((line) => job.log.info(line));
  refuseTwins(projects);
  const names = await localNames(projects, job);
  const needs = needsOf(projects);
  const settings = { flat: job.settings.pip.flatLayout, ...job.settings.registries };
  // What cannot be kept is refused before anything is fetched.
  for (const { requirement } of [...needs.urls, ...needs.commits]) externalPlace(requirement, settings);

  await job.progress.phase(`Fetching the Python dependencies of ${shownProjects(projects)}`);
  const archived = await archiveAll(needs, job);

  await job.progress.phase('Looking up what the Python dependencies need');
  const locked = await lockedNames(projects, archived, names);
  const facts = await readFacts(projects, archived, locked, job);
  const buildRequirements = await findBuildRequirements(projects, archived, names, facts);
  const warning = missingWarning(buildRequirements);
  if (warning !== undefined) job.log.warn(warning);

  const graph = await packageGraph(projects, { archived, names, facts }, job);
  const placement = await placeAll(archived, settings);
  const { artifacts, registryEntries } = placement;
  return {
    ...emptyResolution(),
    packages: projects.map((project) => resolvedPackage(project, archived, names, graph.unknown.get(project) ?? new Set())),
    edges: graph.edges,
    artifacts,
    generated: [linksPage(placement.links)],
    registryEntries,
    environment: environment(settings),
    files: configurationFiles(projects, (each) => placement.addressOf(externalPlace(each, settings)), settings),
    buildRequirements,
  };
}

async function placeAll({ releases, urls, commits }: Archived, layout: { flat: boolean }): Promise<Placement> {
  const placement = new Placement(layout);
  await inTurns([...releases.values()].flat(), (file) => placement.addIndexFile(file));
  await inTurns([...urls, ...commits], ([requirement, artifact]) =>
    placement.addExternal(artifact, externalPlace(requirement, layout)),
  );
  return placement;
}

/** What is held in memory for a package: its lines, as read and as they are meant, and their hashes. */
function linesOf({ runtime, build }: PythonProject): number {
  let lines = runtime.requirements.length + build.requirements.length;
  for (const { items } of [...runtime.files, ...build.files]) {
    for (const item of items) lines += item.kind === 'requirement' ? 1 + item.statement.hashes.length : 1;
  }
  return lines;
}

function tooManyLines(): InvalidRequestData {
  return new InvalidRequestData(
    `The requirements files of all Python packages come to more than ${MAX_LINES} lines and hashes, each counted as ` +
      'often as packages include it. Post several requests, each for fewer packages.',
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
