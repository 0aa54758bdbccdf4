import { sideBySide } from '../../concurrency/index.js';
import type { Artifact } from '../../dependencies/index.js';
import { ValidationError } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import { withStoredFile } from './archive/stored-file.js';
import { readSdist, type SdistContents } from './distributions/read-sdist.js';
import { type BuildNeeds, readBuildNeeds } from './metadata/read-build-needs.js';

/** A source distribution that is archived. */
export interface ArchivedSdist {
  artifact: Artifact;
  /** It tells the format. */
  fileName: string;
  /** What was seen of it already. */
  contents: SdistContents | undefined;
}

/** What they hold never changes, but how it is read may: then this gets another name. */
const KIND = 'pip-build-needs';
const AT_A_TIME = 4;

/** What source distributions need to be built, by their SHA-256. Each is looked into once; one that is none says nothing. */
export async function buildNeedsOf(sdists: readonly ArchivedSdist[], job: ResolveJob): Promise<Map<string, BuildNeeds>> {
  const unique = [...new Map(sdists.map((sdist) => [sdist.artifact.sha256, sdist])).values()];
  const recorded = await job.findings.find(KIND, unique.map(({ artifact }) => artifact.sha256));
  const needs = new Map<string, BuildNeeds>();
  recorded.forEach((content, at) => {
    const known = content === undefined ? undefined : parse(content);
    if (known !== undefined) needs.set(unique[at].artifact.sha256, known);
  });
  const unknown = unique.filter(({ artifact }) => !needs.has(artifact.sha256));
  const read = await sideBySide(unknown, AT_A_TIME, job.signal, async (sdist, signal) => {
    const found = await readNeeds(sdist, { ...job, signal });
    needs.set(sdist.artifact.sha256, found);
    return { subject: sdist.artifact.sha256, content: JSON.stringify(found) };
  });
  await job.findings.record(KIND, read);
  return needs;
}

async function readNeeds(sdist: ArchivedSdist, job: ResolveJob): Promise<BuildNeeds> {
  const { files } = sdist.contents ?? (await lookInto(sdist, job));
  if (files.size === 0) return { backend: null, requires: [] };
  return readBuildNeeds({ read: async (path) => files.get(path) }, job.signal);
}

async function lookInto({ artifact, fileName }: ArchivedSdist, job: ResolveJob): Promise<SdistContents> {
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
