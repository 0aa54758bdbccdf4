import { takingTurns } from '../../concurrency/index.js';
import type { Artifact } from '../../dependencies/index.js';
import { ValidationError } from '../../errors/index.js';
import type { Finding, ResolveJob } from '../package-manager.js';
import { withStoredFile } from './archive/stored-file.js';
import { readSdist, type SdistContents } from './distributions/read-sdist.js';
import { sourceFiles } from './metadata/project-files.js';
import { type BuildNeeds, readBuildNeeds } from './metadata/read-build-needs.js';
import type { VcsRequirement } from './requirements/requirement.js';

/** Something archived that is built when it is installed. */
export interface Buildable {
  /** The same for what is the same for ever. */
  subject: string;
  /** Looks into it. */
  read(job: ResolveJob): Promise<BuildNeeds>;
}

/** What they hold never changes, but how it is read may: then this gets another name. */
const KIND = 'pip-build-needs';
const UNKNOWN: BuildNeeds = { backend: null, requires: [] };

/** What is needed to build them, by subject. Each is looked into once; what was found is recorded. */
export async function buildNeedsOf(
  buildables: readonly Buildable[],
  job: ResolveJob,
): Promise<Map<string, BuildNeeds>> {
  const unique = [...new Map(buildables.map((buildable) => [buildable.subject, buildable])).values()];
  const recorded = await job.findings.find(KIND, unique.map(({ subject }) => subject));
  const needs = new Map<string, BuildNeeds>();
  recorded.forEach((content, at) => {
    const known = content === undefined ? undefined : parse(content);
    if (known !== undefined) needs.set(unique[at].subject, known);
  });
  const unknown = unique.filter(({ subject }) => !needs.has(subject));
  const read: Finding[] = [];
  // One after the other: nearly all are in memory, so nobody would have a turn in between.
  for await (const buildable of takingTurns(unknown)) {
    job.signal.throwIfAborted();
    const found = await buildable.read(job);
    needs.set(buildable.subject, found);
    read.push({ subject: buildable.subject, content: JSON.stringify(found) });
  }
  await job.findings.record(KIND, read);
  return needs;
}

/** A source distribution. `contents`: what was seen of it already. One that is none says nothing. */
export function buildableSdist(artifact: Artifact, fileName: string, contents?: SdistContents): Buildable {
  const read = async (job: ResolveJob): Promise<BuildNeeds> => {
    const { files } = contents ?? (await lookInto(artifact, fileName, job));
    if (files.size === 0) return UNKNOWN;
    return readBuildNeeds({ read: async (path) => files.get(path) }, job.signal);
  };
  return { subject: artifact.sha256, read };
}

/** A directory of another repository, of which one commit is archived. */
export function buildableCommit(artifact: Artifact, { fetchUrl, commit, fragment }: VcsRequirement): Buildable {
  const directory = fragment.find(({ key }) => key === 'subdirectory')?.value ?? '.';
  const read = async (job: ResolveJob): Promise<BuildNeeds> => {
    const { tree } = await job.sources.archive({ repo: fetchUrl, ref: commit, withSubmodules: false }, job.signal);
    return readBuildNeeds(sourceFiles(tree, directory), job.signal);
  };
  return { subject: `${artifact.sha256} ${directory}`, read };
}

async function lookInto(artifact: Artifact, fileName: string, job: ResolveJob): Promise<SdistContents> {
  try {
    return await withStoredFile(artifact, job, (path) =>
      readSdist(path, fileName, { requirePkgInfo: false }, job.signal),
    );
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    job.log.debug(`What ${fileName} needs to be built is unknown: ${error.message}`);
    return { files: new Map() };
  }
}

function parse(content: string): BuildNeeds | undefined {
  const value: unknown = JSON.parse(content);
  if (typeof value !== 'object' || value === null || !('backend' in value) || !('requires' in value)) return undefined;
  const { backend, requires } = value;
  if (backend !== null && typeof backend !== 'string') return undefined;
  if (!Array.isArray(requires) || !requires.every((text): text is string => typeof text === 'string')) return undefined;
  return { backend, requires };
}
