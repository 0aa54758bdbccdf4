import type { PackageManagerName } from '../config/index.js';
import type { WorkerStatus } from './worker-registry.js';

type Worker = Pick<WorkerStatus, 'ok' | 'packageManagers'>;

/**
 * The package managers that keep a request from being worked on: those that no live worker can do, or all of them when
 * none can do them together. Empty = a live worker can do the request.
 */
export function missingAbilities(
  workers: readonly Worker[],
  needed: readonly PackageManagerName[],
): readonly PackageManagerName[] {
  const live = workers.filter(({ ok }) => ok);
  if (live.some((worker) => needed.every((name) => canDo(worker, name)))) return [];
  const nobodyCan = needed.filter((name) => !live.some((worker) => canDo(worker, name)));
  return nobodyCan.length > 0 ? nobodyCan : needed;
}

/** One that does not tell is of an earlier version; it may be able. */
function canDo({ packageManagers }: Worker, name: PackageManagerName): boolean {
  return packageManagers?.includes(name) ?? true;
}
