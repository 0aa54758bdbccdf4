import pLimit from 'p-limit';
import type { Artifact, ArtifactSpec } from '../../dependencies/index.js';
import type { ResolveJob } from '../package-manager.js';
import type { ExternalNeed, Needs, RegistryNeed } from './needs.js';
import { findDigests } from './registry-digests.js';

/** What was archived, under the keys of what was needed. */
export interface Archived {
  registry: Map<string, Artifact>;
  externals: Map<string, Artifact>;
}

/** Archives one dependency that is not from a registry, packed under a version of its own. */
export type ArchiveExternal = (need: ExternalNeed, job: ResolveJob) => Promise<Artifact>;

/** Packing one takes a checkout or an unpacked archive, so not many at a time. */
const EXTERNALS_AT_A_TIME = 5;

/**
 * Archives everything that is needed, side by side. The first failure aborts the rest and is thrown once all have
 * ended.
 */
export async function fetchAll(needs: Needs, job: ResolveJob, external: ArchiveExternal): Promise<Archived> {
  const total = needs.registry.size + needs.externals.size;
  const done = { registry: 0, externals: 0 };
  const report = (): void => job.progress.update(done.registry + done.externals, total, 'packages');
  const failure = new AbortController();
  const joined: ResolveJob = { ...job, signal: AbortSignal.any([job.signal, failure.signal]) };
  const abortOthers = (error: unknown): never => {
    failure.abort(error);
    throw error;
  };
  const registry = fetchRegistry(needs.registry, joined, (count) => {
    done.registry = count;
    report();
  }).catch(abortOthers);
  const limit = pLimit(Math.min(job.settings.npm.concurrency ?? EXTERNALS_AT_A_TIME, EXTERNALS_AT_A_TIME));
  const externals = [...needs.externals.values()].map((need) =>
    limit(async () => {
      joined.signal.throwIfAborted();
      const artifact = await external(need, joined);
      done.externals++;
      report();
      return artifact;
    }).catch(abortOthers),
  );
  await Promise.allSettled([registry, ...externals]);
  if (failure.signal.aborted) throw failure.signal.reason;
  const keys = [...needs.externals.keys()];
  return { registry: await registry, externals: zip(keys, await Promise.all(externals)) };
}

async function fetchRegistry(
  needs: Needs['registry'],
  job: ResolveJob,
  onArchived: (count: number) => void,
): Promise<Map<string, Artifact>> {
  const { concurrency, downloadTries } = job.settings.npm;
  const specs = [...needs.values()].map((need) => artifactSpec(need, job));
  const artifacts = await job.artifacts.getAll(specs, {
    signal: job.signal,
    concurrency,
    tries: downloadTries,
    onArchived,
  });
  return zip([...needs.keys()], artifacts);
}

function artifactSpec(need: RegistryNeed, { documents }: ResolveJob): ArtifactSpec {
  const [first, ...others] = need.candidates.map(({ address }) => address);
  const spec: ArtifactSpec = {
    ecosystem: 'npm',
    name: need.name,
    version: need.version,
    upstreams: [first, ...others],
    digests: Object.fromEntries(need.digests),
    compute: ['sha512', 'sha1'],
    verifiedBy: 'lock file',
  };
  if (need.digests.size > 0) return spec;
  return {
    ...spec,
    verifiedBy: 'none',
    findDigests: (upstream, signal) => findDigests(documents, need, upstream, signal),
  };
}

function zip<Value>(keys: readonly string[], values: readonly Value[]): Map<string, Value> {
  return new Map(keys.map((key, at) => [key, values[at]]));
}
