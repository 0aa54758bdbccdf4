import { sideBySide } from '../../../concurrency/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import { getMade } from '../../made.js';
import type { ResolveJob } from '../../package-manager.js';
import { readWheelMetadata } from '../distributions/read-wheel.js';
import type { ArchivedFile } from './archived.js';
import { withStoredFile } from './stored-file.js';

const AT_A_TIME = 10;

/**
 * Archives the file `METADATA` of each wheel (PEP 658); returns them by the SHA-256 of the wheels. `seen`: what was read
 * while they were fetched, by address.
 */
export async function archiveMetadata(
  files: readonly ArchivedFile[],
  seen: ReadonlyMap<string, Buffer>,
  job: ResolveJob,
): Promise<Map<string, Artifact>> {
  const wheels = files.filter(({ file }) => file.kind === 'wheel');
  const made = await sideBySide(wheels, AT_A_TIME, job.signal, async ({ file, artifact }, signal) => {
    const content = async (): Promise<Buffer> =>
      seen.get(file.url) ??
      withStoredFile(artifact, { ...job, signal }, (path) => readWheelMetadata(path, file.fileName, signal));
    const metadata = await getMade(
      {
        ecosystem: 'pip',
        // Not an address: it is not fetched, and two indexes may have the same wheel.
        upstream: `METADATA of wheel sha256:${artifact.sha256}`,
        verifiedBy: 'wheel',
        make: async () => ({ name: artifact.name, version: artifact.version, content: chunks(await content()) }),
      },
      { ...job, signal },
    );
    return [artifact.sha256, metadata.artifact] as const;
  });
  return new Map(made);
}

async function* chunks(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}
