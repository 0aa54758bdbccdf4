import type { PackageManagerName } from '../config/index.js';
import type { WorkerRegistry } from '../pipeline/index.js';
import type { WorkerPart } from './status.dto.js';

type Worker = Awaited<ReturnType<WorkerRegistry['list']>>[number];

/** A worker as `/status` shows it. */
export function workerPart(worker: Worker): WorkerPart {
  const { name, ok, silentSeconds, running, concurrency, packageManagers, version } = worker;
  return {
    name,
    ok,
    ...(ok ? {} : { reason: `no heart-beat for ${silentSeconds} seconds` }),
    running,
    concurrency,
    seconds_since_heart_beat: silentSeconds,
    ...(packageManagers && { package_managers: [...packageManagers] }),
    ...(version !== undefined && { version }),
  };
}

/** Whether a worker is alive that can do this package manager; one of an earlier version does not tell, but may. */
export function isOffered(name: PackageManagerName, workers: readonly Worker[]): boolean {
  return workers.some(({ ok, packageManagers }) => ok && (packageManagers?.includes(name) ?? true));
}
