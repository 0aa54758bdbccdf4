import { setImmediate } from 'node:timers/promises';
import type { Artifact, MadeArtifactSpec } from '../dependencies/index.js';
import type { ResolveJob } from './package-manager.js';

/** Each time another job may have been the one that made it, and failed. */
const ATTEMPTS = 3;

/**
 * What is made once for all jobs that want it at the same time. Where another job makes it and fails, that may be for
 * reasons of its own: it was cancelled, or forbids to fetch anything. Then this job tries. `isOwn` tells whether it
 * was this one that made it.
 */
export async function getMade(
  spec: MadeArtifactSpec,
  job: Pick<ResolveJob, 'artifacts' | 'signal'>,
): Promise<{ artifact: Artifact; isOwn: boolean }> {
  for (let attempt = 1; ; attempt++) {
    let isOwn = false;
    const make: MadeArtifactSpec['make'] = (signal) => {
      isOwn = true;
      return spec.make(signal);
    };
    try {
      const artifact = await job.artifacts.getMade({ ...spec, make }, job.signal);
      return { artifact, isOwn };
    } catch (error) {
      if (isOwn || job.signal.aborted || attempt === ATTEMPTS) throw error;
    }
    // Until everybody has heard of the failure, whoever asks joins it.
    await setImmediate();
  }
}
