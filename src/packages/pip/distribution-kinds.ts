import type { Artifact } from '../../dependencies/index.js';
import { ValidationError } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import { quote } from '../quote.js';
import { withStoredFile } from './archive/stored-file.js';
import type { Distribution, DistributionFacts } from './distribution-facts.js';
import { readSdist, type SdistContents } from './distributions/read-sdist.js';
import { readWheelMetadata } from './distributions/read-wheel.js';
import { metadataRequirements } from './graph/metadata-requirements.js';
import { projectRequirements } from './graph/project-requirements.js';
import { sdistRequirements } from './graph/sdist-requirements.js';
import { type ProjectFiles, sourceFiles } from './metadata/project-files.js';
import { type BuildNeeds, readBuildNeeds } from './metadata/read-build-needs.js';
import type { VcsRequirement } from './requirements/requirement.js';

const UNKNOWN: BuildNeeds = { backend: null, requires: [] };

/** A source distribution. `contents`: what was seen of it already. One that is none says nothing. */
export function sdistDistribution(artifact: Artifact, fileName: string, contents?: SdistContents): Distribution {
  const read = async (job: ResolveJob): Promise<DistributionFacts> => {
    const found =
      contents ??
      (await lookInto(artifact, fileName, job, (path) =>
        readSdist(path, fileName, { requirePkgInfo: false }, job.signal),
      ));
    if (found === undefined) return { needs: UNKNOWN, requires: undefined };
    const { files } = found;
    const reader: ProjectFiles = { read: async (path) => files.get(path) };
    return {
      needs: files.size === 0 ? UNKNOWN : await readBuildNeeds(reader, job.signal),
      requires: await sdistRequirements(found, job.signal),
    };
  };
  return { subject: artifact.sha256, read };
}

/** A wheel whose `METADATA` is archived as well. */
export function wheelDistribution(artifact: Artifact, metadata: Artifact): Distribution {
  const read = async ({ artifacts }: ResolveJob): Promise<DistributionFacts> => ({
    needs: undefined,
    requires: await metadataRequirements(await contentOf(await artifacts.open(metadata)), 'wheel'),
  });
  return { subject: artifact.sha256, read };
}

/** A wheel of which nothing has been read. One that is none says nothing. */
export function unreadWheel(artifact: Artifact, fileName: string): Distribution {
  const read = async (job: ResolveJob): Promise<DistributionFacts> => {
    const content = await lookInto(artifact, fileName, job, (path) => readWheelMetadata(path, fileName, job.signal));
    return { needs: undefined, requires: content && (await metadataRequirements(content, 'wheel')) };
  };
  return { subject: artifact.sha256, read };
}

/** A directory of another repository, of which one commit is archived. */
export function commitDistribution(artifact: Artifact, { fetchUrl, commit, fragment }: VcsRequirement): Distribution {
  const directory = fragment.find(({ key }) => key === 'subdirectory')?.value ?? '.';
  const read = async (job: ResolveJob): Promise<DistributionFacts> => {
    const { tree } = await job.sources.archive({ repo: fetchUrl, ref: commit, withSubmodules: false }, job.signal);
    return directoryFacts(sourceFiles(tree, directory), job.signal);
  };
  return { subject: `${artifact.sha256} ${directory}`, read };
}

/** What the package in a directory of a source says. */
export async function directoryFacts(files: ProjectFiles, signal: AbortSignal): Promise<DistributionFacts> {
  return { needs: await readBuildNeeds(files, signal), requires: await projectRequirements(files, signal) };
}

async function lookInto<Content>(
  artifact: Artifact,
  fileName: string,
  job: ResolveJob,
  look: (file: string) => Promise<Content>,
): Promise<Content | undefined> {
  try {
    return await withStoredFile(artifact, job, look);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    job.log.debug(`What ${quote(fileName)} requires is unknown: ${error.message}`);
    return undefined;
  }
}

async function contentOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
