import { setMaxListeners } from 'node:events';
import type { PackageManagerName } from '../config/index.js';
import { UnsupportedFeature } from '../errors/index.js';
import {
  type ArtifactPort,
  type DocumentPort,
  type FindingPort,
  type JobLog,
  type KeptDocumentPort,
  type MemoPort,
  PACKAGE_MANAGERS,
  type PackageManager,
  type PackedSourcePort,
  type PackageSettings,
  type ResolveJob,
  type Resolution,
  type SourcePort,
} from '../packages/index.js';
import type { ClaimedRequest, RequestLog } from '../requests/index.js';
import type { SourceTree } from '../source/index.js';
import type { PipelineMetrics } from './metrics/pipeline-metrics.js';
import type { ProgressReporter } from './progress-reporter.js';

export interface ResolveContext {
  signal: AbortSignal;
  log: RequestLog;
  progress: ProgressReporter;
  source: SourceTree;
  commit: ResolveJob['commit'];
  repositoryName: string;
  artifacts: ArtifactPort;
  sources: SourcePort;
  packedSources: PackedSourcePort;
  documents: DocumentPort;
  keptDocuments: KeptDocumentPort;
  findings: FindingPort;
  versionTags: ResolveJob['versionTags'];
  memo: MemoPort;
  settings: PackageSettings;
  metrics: Pick<PipelineMetrics, 'packageManager'>;
  scratchDirectory: () => Promise<string>;
}

/** What each package manager of a request found out, in the order of the managers. */
export type Resolutions = ReadonlyMap<PackageManagerName, Resolution>;

/**
 * Runs the package managers of a request: submodules first, the others side by side. When one fails, the others are
 * aborted, and its error is thrown after all have ended.
 */
export async function resolveAll(claim: ClaimedRequest, context: ResolveContext): Promise<Resolutions> {
  const managers = claim.packageManagers.map(managerOf);
  const first = managers.filter((manager) => manager.name === 'git-submodule');
  const others = managers.filter((manager) => manager.name !== 'git-submodule');
  const resolved = [
    ...(await sideBySide(first, claim, context)),
    ...(await sideBySide(others, claim, context)),
  ];
  return new Map(claim.packageManagers.flatMap((name) => resolved.filter(([other]) => other === name)));
}

function managerOf(name: PackageManagerName): PackageManager {
  const manager = PACKAGE_MANAGERS.get(name);
  if (manager === undefined) throw new UnsupportedFeature(`This build of the service cannot process ${name}.`);
  return manager;
}

async function sideBySide(
  managers: readonly PackageManager[],
  claim: ClaimedRequest,
  context: ResolveContext,
): Promise<[PackageManagerName, Resolution][]> {
  const abort = new AbortController();
  const signal = AbortSignal.any([context.signal, abort.signal]);
  setMaxListeners(0, signal);
  const failures: unknown[] = [];
  const results = await Promise.all(
    managers.map(async (manager): Promise<[PackageManagerName, Resolution] | undefined> => {
      try {
        return [manager.name, await resolve(manager, claim, { ...context, signal })];
      } catch (error) {
        failures.push(error);
        abort.abort(error);
        return undefined;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return results.filter((result) => result !== undefined);
}

async function resolve(manager: PackageManager, claim: ClaimedRequest, context: ResolveContext): Promise<Resolution> {
  await context.progress.phase(`Processing the ${manager.name} packages`);
  const job: ResolveJob = {
    source: context.source,
    commit: context.commit,
    repositoryName: context.repositoryName,
    paths: claim.packages[manager.name] ?? [{ path: '.' }],
    flags: claim.flags,
    replacements: claim.replacements.filter((replacement) => replacement.type === manager.name),
    artifacts: context.artifacts,
    sources: context.sources,
    packedSources: context.packedSources,
    documents: context.documents,
    keptDocuments: context.keptDocuments,
    findings: context.findings,
    refresh: claim.refreshTags,
    versionTags: context.versionTags,
    memo: context.memo,
    settings: context.settings,
    scratchDirectory: context.scratchDirectory,
    progress: context.progress.port(manager.name),
    log: jobLog(context.log),
    signal: context.signal,
  };
  return context.metrics.packageManager(manager.name, () => manager.resolve(job));
}

function jobLog(log: RequestLog): JobLog {
  return {
    debug: (message) => log.log('debug', message),
    info: (message) => log.log('info', message),
    warn: (message) => log.log('warn', message),
    error: (message) => log.log('error', message),
  };
}
