import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { inTurns, sortedInTurns, takingTurns } from '../concurrency/index.js';
import { InvalidRequestData } from '../errors/index.js';
import type { Artifact } from './artifact.js';
import { readPackages } from './catalogue-reading.js';
import {
  compareComponents,
  type ComponentKey,
  distinctDependencies,
  mergeDependencies,
  type RequestPackages,
} from './component.js';
import { saveComponents } from './component-ids.js';
import { NewSets } from './dependency-sets-content.js';
import { saveSets } from './dependency-sets.js';
import type { EvidencePackage } from './evidence.js';
import { readEvidence } from './evidence-reading.js';
import { groupedBy } from './grouped.js';

/** A package as a package manager reports it. */
export interface ReportedPackage extends ComponentKey {
  /** Relative to the repository, `.` for its root. */
  path: string;
  /** Packages had better share the objects: what is worked out is worked out once per object. */
  dependencies: readonly ReportedDependency[];
}

export interface ReportedDependency extends ComponentKey {
  dev?: boolean;
  replaces?: ComponentKey | null;
  artifact?: Pick<Artifact, 'id' | 'verifiedBy'>;
  /** Nothing is known of what it requires: that no edge begins there says nothing. */
  requirementsUnknown?: true;
}

/** Size of the union of all packages' dependencies: `dependencies_count` of the request. */
export async function countDependencies(packages: readonly ReportedPackage[]): Promise<number> {
  return (await mergeDependencies(packages)).length;
}

/** `from` requires `to`, within one package of the source; `from` may be the package itself. */
export interface ReportedEdge {
  package: ComponentKey;
  from: ComponentKey;
  to: ComponentKey;
}

/** What `request_package` needs of a saved package, in the order of the answers. */
export interface SavedPackage {
  componentId: string;
  path: string;
  dependencySetId: string;
}

/**
 * The catalogue of what requests depend on. Components and dependency sets are stored once and shared by all requests,
 * so that a request costs rows by what changed since earlier ones.
 */
@Injectable()
export class Catalogue {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Saves packages and dependencies in bulk, within the caller's transaction. Safe against concurrent calls: all take
   * their locks in the same order. Throws `InvalidRequestData` when two packages are equal in name, type and version,
   * or a name or version is one that cannot be recorded.
   */
  async save(
    manager: EntityManager,
    packages: readonly ReportedPackage[],
    edges: readonly ReportedEdge[],
  ): Promise<SavedPackage[]> {
    const sorted = await sortedInTurns(packages, compareComponents);
    refuseDuplicates(sorted);
    const dependencies = await distinctDependencies(sorted);
    await inTurns(mentionedComponents(sorted, dependencies, []), refuseUnrecordable);
    await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [CATALOGUE_LOCK]);
    const ids = await saveComponents(manager, mentionedComponents(sorted, dependencies, edges));
    const edgesByPackage = groupedBy(edges, (edge) => ids.of(edge.package));
    const sets = new NewSets(ids);
    await inTurns(dependencies, (each) => sets.addMember(each));
    for await (const each of takingTurns(sorted)) await sets.addSet(each, edgesByPackage.get(ids.of(each)) ?? []);
    const setIds = await saveSets(manager, sets);
    return sorted.map((each, at) => ({ componentId: ids.of(each), path: each.path, dependencySetId: setIds[at] }));
  }

  /** Removes the dependency sets that no package has any more; components and artifacts stay. */
  async removeUnused(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [CATALOGUE_LOCK]);
      await manager.query(
        `DELETE FROM "dependency_set" s
         WHERE NOT EXISTS (SELECT FROM "request_package" p WHERE p."dependency_set_id" = s."id")`,
      );
    });
  }

  /**
   * The packages and dependencies of many requests, whatever their state, in three queries. Every id has an entry; one
   * without packages has empty lists.
   */
  async packagesOf(
    requestIds: readonly number[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<number, RequestPackages>> {
    return readPackages(manager, requestIds);
  }

  /**
   * All that is known of the packages and dependencies of many requests, whatever their state, in five queries, in the
   * order of `packagesOf`; every id has an entry. It says the same for ever, whatever else is recorded later.
   */
  async evidenceOf(requestIds: readonly number[]): Promise<Map<number, EvidencePackage[]>> {
    return readEvidence(this.dataSource.manager, requestIds);
  }
}

/** Savers share it, so that none finds a set which is being removed; whoever removes sets holds it alone. */
const CATALOGUE_LOCK = 0x6361_7461_6c6f;

/** UTF-8 bytes of name and version together: what fits the index of components. Real ones have some hundreds. */
const MAX_KEY = 2500;

/** Lock files may name anything; what cannot be recorded must not look like a failure of the service. */
function refuseUnrecordable({ type, name, version }: ComponentKey): void {
  const key = name + (version ?? '');
  if (Buffer.byteLength(key) > MAX_KEY) {
    throw new InvalidRequestData(
      `Name and version of the ${type} dependency ${name.slice(0, 100)}… are too long: at most ${MAX_KEY} bytes can be ` +
        'recorded. Correct the lock file.',
    );
  }
  if (key.includes('\0')) {
    throw new InvalidRequestData(
      `Name or version of the ${type} dependency ${key.replaceAll('\0', '\uFFFD')} holds a NUL character. Correct the lock file.`,
    );
  }
}

function refuseDuplicates(sorted: readonly ReportedPackage[]): void {
  const twin = sorted.find((each, at) => at > 0 && compareComponents(sorted[at - 1], each) === 0);
  if (!twin) return;
  throw new InvalidRequestData(
    `Two packages are equal in name, type and version: ${twin.name} (${twin.type}) ` +
      `${twin.version ?? 'without version'}. ` +
      'Ask for each path once, or give the packages of the repository different names or versions.',
  );
}

function* mentionedComponents(
  packages: readonly ReportedPackage[],
  dependencies: readonly ReportedDependency[],
  edges: readonly ReportedEdge[],
): Generator<ComponentKey> {
  yield* packages;
  for (const dependency of dependencies) {
    yield dependency;
    if (dependency.replaces) yield dependency.replaces;
  }
  for (const edge of edges) {
    yield edge.package;
    yield edge.from;
    yield edge.to;
  }
}
