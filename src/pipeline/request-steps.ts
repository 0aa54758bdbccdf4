import { Injectable } from '@nestjs/common';
import { BundleBuilder, type BuiltBundle, RequestBundles } from '../bundles/index.js';
import { sideBySide } from '../concurrency/index.js';
import { Configuration } from '../config/index.js';
import { ValidationError } from '../errors/index.js';
import { ArtifactArchive, Findings, KeptDocuments, UpstreamDocuments } from '../dependencies/index.js';
import type { PackedSourcePort, SourcePort } from '../packages/index.js';
import { RequestRegistries } from '../registries/index.js';
import type { ClaimedRequest, RequestLog, WorkResult } from '../requests/index.js';
import {
  type ArchivedSource,
  type ArchiveOptions,
  SourceArchive,
  type SourceSpec,
  unsafeSymlinks,
} from '../source/index.js';
import { LicenseRecorder } from './licenses.js';
import { PipelineMetrics } from './metrics/pipeline-metrics.js';
import type { ProgressReporter } from './progress-reporter.js';
import { environmentOf, mergeResolutions, type MergedResolution, registriesOf } from './resolutions.js';
import { resolveAll, type Resolutions } from './resolve-all.js';
import { servedFiles, servedVariables } from './served-files.js';
import { ResolutionMemos } from './resolution-memos.js';
import { SourceHosts } from './source-hosts.js';
import { type Scratch, TemporaryFiles } from './temporary-files.js';

/** What a run of the steps is given besides the request. */
export interface StepContext {
  signal: AbortSignal;
  log: RequestLog;
  progress: ProgressReporter;
}

/**
 * The steps of a request, in order: source, its safety, package managers, bundle. Each is safe to run twice; nothing of
 * the request is recorded before all have ended well.
 */
@Injectable()
export class RequestSteps {
  constructor(
    private readonly configuration: Configuration,
    private readonly sources: SourceArchive,
    private readonly artifacts: ArtifactArchive,
    private readonly documents: UpstreamDocuments,
    private readonly keptDocuments: KeptDocuments,
    private readonly findings: Findings,
    private readonly bundleBuilder: BundleBuilder,
    private readonly requestBundles: RequestBundles,
    private readonly registries: RequestRegistries,
    private readonly temporaryFiles: TemporaryFiles,
    private readonly memos: ResolutionMemos,
    private readonly licenses: LicenseRecorder,
    private readonly metrics: PipelineMetrics,
    private readonly hosts: SourceHosts,
  ) {}

  /** Throws a `CachitoError` for what is to be reported, `ClaimLost`, or the signal's reason. */
  async run(claim: ClaimedRequest, context: StepContext): Promise<WorkResult> {
    const { signal } = context;
    const source = await this.metrics.step('source', () => this.fetchSource(claim, context));
    signal.throwIfAborted();
    const unsafe = await this.checkSymlinks(claim, source, context);
    signal.throwIfAborted();
    const { resolutions, merged, bundle } = await this.resolveAndBundle(claim, source, unsafe, context);
    signal.throwIfAborted();
    await this.hosts.recordArtifacts(claim, merged.artifacts.map(({ artifact }) => artifact));
    const registries = registriesOf(resolutions, (manager) => this.registries.issue(claim.id, manager));
    return {
      packages: merged.packages,
      edges: merged.edges,
      environment: environmentOf(resolutions, this.configuration.requests.defaultEnvironmentVariables),
      variables: registries.flatMap(({ variables, access }) => servedVariables(variables, access)),
      files: registries.flatMap(({ files, access }) => servedFiles(files, access)),
      buildRequirements: merged.buildRequirements,
      sourceId: source.id,
      bundleSha256: bundle.sha256,
      within: async (manager) => {
        await this.requestBundles.link(manager, claim.id, bundle.recipeSha256);
        for (const { packageManager, access, entries } of registries) {
          await this.registries.seal(manager, claim.id, packageManager, access, entries);
        }
      },
    };
  }

  /** The bundle may hold files that package managers wrote into scratch directories. */
  private async resolveAndBundle(
    claim: ClaimedRequest,
    source: ArchivedSource,
    unsafe: ReadonlySet<string>,
    context: StepContext,
  ): Promise<{ resolutions: Resolutions; merged: MergedResolution; bundle: BuiltBundle }> {
    const scratch = this.temporaryFiles.scratch(claim);
    try {
      const resolutions = await this.metrics.step('packages', () => this.resolve(claim, source, scratch, context));
      context.signal.throwIfAborted();
      const merged = mergeResolutions(resolutions);
      // Nobody reads the licences before the request is complete, so they may take as long as the bundle does.
      const works = [
        (step: StepContext) =>
          this.metrics.step('bundle', async () => [await this.buildBundle(claim, source, unsafe, merged, step)]),
        (step: StepContext) =>
          this.metrics.step('licenses', () => this.licenses.record(merged.packages, step).then(() => [])),
      ];
      const [bundle] = (
        await sideBySide(works, works.length, context.signal, (work, signal) => work({ ...context, signal }))
      ).flat();
      return { resolutions, merged, bundle };
    } finally {
      await scratch.remove();
    }
  }

  /** Has the package managers at work, with everything they may touch. */
  private async resolve(
    claim: ClaimedRequest,
    source: ArchivedSource,
    scratch: Scratch,
    context: StepContext,
  ): Promise<Resolutions> {
    const { offline } = claim;
    return resolveAll(claim, {
      ...context,
      source: this.sources.tree(source),
      commit: { id: source.ref, time: source.commitTime },
      repositoryName: source.repoName,
      artifacts: this.artifacts.forRequest({ offline }),
      documents: this.documents.forRequest({ offline }),
      keptDocuments: this.keptDocuments.forRequest({ offline }),
      findings: this.findings,
      packedSources: this.packedSourcePort(claim, context),
      sources: this.sourcePort(claim, context),
      versionTags: () =>
        this.sources.versionTags(source, {
          ...archiveOptions(claim, context),
          progress: undefined,
          repo: claim.repo,
          refresh: claim.refreshTags,
        }),
      memo: this.memos.forSource(source.id),
      settings: this.configuration,
      metrics: this.metrics,
      scratchDirectory: () => scratch.directory(),
    });
  }

  private sourcePort(claim: ClaimedRequest, context: StepContext): SourcePort {
    return {
      archive: async (spec, signal) => {
        // Its progress is not that of the request.
        const source = await this.archiveSource(claim, spec, {
          ...archiveOptions(claim, context),
          signal,
          progress: undefined,
        });
        return { tree: this.sources.tree(source), commitTime: source.commitTime };
      },
    };
  }

  private packedSourcePort(claim: ClaimedRequest, context: StepContext): PackedSourcePort {
    const { sources, bundleBuilder } = this;
    const archive = this.archiveSource.bind(this);
    return {
      async *pack(spec, signal) {
        const options = { ...archiveOptions(claim, context), signal, progress: undefined };
        const source = await archive(claim, spec, options);
        yield* bundleBuilder.packSource({
          segments: sources.segments(source),
          gitDirectory: await sources.archiveGitDirectory(source, { ...options, repo: spec.repo }),
          commitTime: source.commitTime,
          signal,
        });
      },
    };
  }

  private async fetchSource(claim: ClaimedRequest, context: StepContext): Promise<ArchivedSource> {
    const withSubmodules = claim.packageManagers.includes('git-submodule');
    const what = withSubmodules ? 'the application source with submodules' : 'the application source';
    await context.progress.phase(`Fetching ${what}`);
    const spec = { repo: claim.repo, ref: claim.ref, withSubmodules };
    const source = await this.archiveSource(claim, spec, archiveOptions(claim, context));
    context.log.log('info', `The source is archived: ${source.entries} entries, ${source.size} bytes`);
    return source;
  }

  private archiveSource(claim: ClaimedRequest, spec: SourceSpec, options: ArchiveOptions): Promise<ArchivedSource> {
    const archive = (observed: ArchiveOptions): Promise<ArchivedSource> => this.sources.archive(spec, observed);
    return this.hosts.around(claim, spec, () => this.metrics.source(options, archive));
  }

  /** Returns the links that the bundle leaves out. */
  private async checkSymlinks(
    claim: ClaimedRequest,
    source: ArchivedSource,
    { log }: StepContext,
  ): Promise<Set<string>> {
    log.log('info', 'Checking the symbolic links');
    const unsafe = await unsafeSymlinks(this.sources.tree(source), (path) =>
      log.log('warn', `The symbolic link ${path} leads to itself`),
    );
    if (unsafe.length === 0) return new Set();
    if (!claim.flags.has('remove-unsafe-symlinks')) {
      throw new ValidationError(
        `The symbolic link ${unsafe[0]} leads out of the repository. ` +
          'Remove it, or post the request with the flag remove-unsafe-symlinks to leave such links out.',
      );
    }
    for (const path of unsafe) log.log('warn', `The symbolic link ${path} leads out of the repository and is left out`);
    return new Set(unsafe);
  }

  private async buildBundle(
    claim: ClaimedRequest,
    source: ArchivedSource,
    drop: ReadonlySet<string>,
    { edits, artifacts, generated }: MergedResolution,
    context: StepContext,
  ): Promise<BuiltBundle> {
    const { signal, log, progress } = context;
    const withHistory = claim.flags.has('include-git-dir');
    if (withHistory) await progress.phase('Fetching the commit history and tags');
    const archiveHistory = () =>
      this.sources.archiveGitDirectory(source, { ...archiveOptions(claim, context), repo: claim.repo });
    const gitDirectory = withHistory ? await this.metrics.step('history', archiveHistory) : undefined;
    signal.throwIfAborted();
    await progress.phase('Assembling the bundle archive');
    const bundle = await this.bundleBuilder.build({
      segments: this.sources.segments(source),
      gitDirectory,
      edits,
      drop,
      artifacts,
      generated,
      commitTime: source.commitTime,
      signal,
    });
    log.log('info', `The bundle is ready: ${bundle.size} bytes, SHA-256 ${bundle.sha256}`);
    await this.metrics.bundle(claim.id, bundle.recipeSha256);
    return bundle;
  }
}

function archiveOptions(claim: ClaimedRequest, { signal, log, progress }: StepContext): ArchiveOptions {
  return {
    signal,
    offline: claim.offline,
    log: (level, message) => log.log(level, message),
    progress: ({ done, total, unit }) => progress.update({ step: 'source', done, total, unit }),
  };
}
