import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import pLimit from 'p-limit';
import { Configuration } from '../config/index.js';
import { CachitoError, InvalidRequestData, SubprocessCallError, ValidationError } from '../errors/index.js';
import { ArchiveStore } from '../store/index.js';
import type { SourceEntity } from './entities/source.entity.js';
import { DamagedRepositoryError, GitClient } from './git/git-client.js';
import { gitDirectoryEntries } from './git-directory-entries.js';
import { Mirrors, type MirroredCommit } from './mirror/mirrors.js';
import { parseRepository, repoName, type Repository, repositoryAt } from './repository.js';
import { SharedWork, workKey } from './shared-work.js';
import {
  type ArchivedSource,
  type ArchiveOptions,
  type GitDirectoryOptions,
  SourceArchive,
  type SourceSegment,
  type SourceSpec,
  type VersionTag,
  type VersionTagOptions,
} from './source-archive.js';
import { archivedSource, SourceRows } from './source-rows.js';
import { SourceStore } from './source-store.js';
import type { SourceTree } from './source-tree.js';
import { type PlannedSubmodule, planSubmodules } from './submodules/submodule-plan.js';
import { type MountedTree, sourceEntries } from './tree/source-entries.js';
import { StoredSourceTree } from './tree/stored-source-tree.js';
import { readGitmodules, survey } from './tree/survey.js';
import { TreeTotals } from './tree/tree-checker.js';
import { VersionTags } from './version-tags.js';

const REF = /^[a-f0-9]{40}$/;
const SUBMODULES_AT_A_TIME = 4;

/** The archive of sources on git mirrors, the archive store and the table `source`. */
@Injectable()
export class GitSourceArchive extends SourceArchive implements OnModuleInit {
  private readonly archiving = new SharedWork<ArchivedSource>();
  private readonly archivingGitDirectories = new SharedWork<string>();
  private readonly tags: VersionTags;

  constructor(
    private readonly configuration: Configuration,
    private readonly client: GitClient,
    private readonly mirrors: Mirrors,
    private readonly rows: SourceRows,
    private readonly store: SourceStore,
    private readonly blobs: ArchiveStore,
  ) {
    super();
    this.tags = new VersionTags(client, mirrors, rows);
  }

  async onModuleInit(): Promise<void> {
    await this.mirrors.removeDiscarded();
  }

  async archive(spec: SourceSpec, options: ArchiveOptions): Promise<ArchivedSource> {
    const repository = parseRepository(spec.repo);
    if (!REF.test(spec.ref)) throw new ValidationError('The ref must be a commit of 40 lower-case hexadecimal digits.');
    // Other credentials may get another answer.
    const key = workKey([repository, spec.ref, spec.withSubmodules, options.offline === true]);
    return this.archiving.run(key, options, (shared) => this.archiveOnce(repository, spec, { ...options, ...shared }));
  }

  async archiveGitDirectory(
    source: ArchivedSource,
    options: GitDirectoryOptions,
  ): Promise<AsyncIterable<SourceSegment>> {
    const key = workKey([source.id, options.repo ?? '', options.offline === true]);
    const index = await this.archivingGitDirectories.run(key, options, (shared) =>
      this.archiveGitDirectoryOnce(source, { ...options, ...shared }),
    );
    return this.store.segments(index);
  }

  versionTags(source: ArchivedSource, options: VersionTagOptions): Promise<readonly VersionTag[]> {
    return this.tags.of(source, options);
  }

  async *segments(source: ArchivedSource): AsyncIterable<SourceSegment> {
    yield* this.store.segments(await this.indexOf(source));
  }

  tree(source: ArchivedSource): SourceTree {
    return new StoredSourceTree(this.blobs, () => this.indexOf(source), source.submodules);
  }

  async find(id: number): Promise<ArchivedSource | undefined> {
    const row = await this.rows.findById(id);
    return row === null ? undefined : archivedSource(row);
  }

  private async archiveOnce(
    repository: Repository,
    spec: SourceSpec,
    options: ArchiveOptions,
  ): Promise<ArchivedSource> {
    const row = await this.rows.find({ ...spec, repo: repository.address });
    if (row !== null && (await this.isUsable(row, options))) return archivedSource(row);
    if (options.offline === true) {
      throw new InvalidRequestData(
        `Commit ${spec.ref} of ${repository.address} is not archived, and the request forbids all network.`,
      );
    }
    return this.mirrors.use(repository, spec.ref, options, (mirrored) =>
      this.storeCommit(repository, spec, mirrored, options),
    );
  }

  /** Whether a stored source can be served; if so, notes that it was asked for. */
  private async isUsable(row: SourceEntity, options: ArchiveOptions): Promise<boolean> {
    if (!(await this.store.isWhole(row.indexSha256, options.signal))) {
      options.log('warn', 'The archived source is damaged and is fetched again.');
      return false;
    }
    if (!(await this.rows.touch(row.id))) return false;
    options.log('info', 'The source is archived already; nothing is fetched.');
    return true;
  }

  private async storeCommit(
    repository: Repository,
    spec: SourceSpec,
    mirrored: MirroredCommit,
    options: ArchiveOptions,
  ): Promise<ArchivedSource> {
    const totals = new TreeTotals(this.configuration.outbound.maxSourceSize);
    const { gitlinks, gitmodules } = await survey(this.client, mirrored, totals, options);
    const planned = spec.withSubmodules
      ? planSubmodules(repository, gitlinks, await readGitmodules(this.client, mirrored, gitmodules, options))
      : [];
    return this.withSubmodules(planned, totals, options, async (mounted) => {
      const { indexSha256, ...stored } = await this.store.save(sourceEntries(this.client, mirrored, mounted, options), {
        commitTime: mirrored.commit.time,
        signal: options.signal,
        onBytes: (bytes) => {
          totals.addSize(bytes);
          options.progress?.({ done: totals.size, total: 0, unit: 'bytes' });
        },
      });
      const source = {
        repo: repository.address,
        repoName: repoName(repository.address),
        ref: spec.ref,
        withSubmodules: spec.withSubmodules,
        commitTime: mirrored.commit.time,
        submodules: planned.map(({ name, path, url, commit }) => ({ name, path, url, commit })),
        ...stored,
      };
      const id = await this.rows.save({ ...source, indexSha256 });
      return { ...source, id };
    });
  }

  /** Fetches the submodules' commits, a few at a time, and runs `work` on them. */
  private async withSubmodules<T>(
    planned: readonly PlannedSubmodule[],
    totals: TreeTotals,
    options: ArchiveOptions,
    work: (mounted: MountedTree[]) => Promise<T>,
  ): Promise<T> {
    const limit = pLimit(SUBMODULES_AT_A_TIME);
    // The first failure stops the others.
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    const fetches = planned.map((submodule) =>
      limit(async (): Promise<MountedTree> => {
        signal.throwIfAborted();
        return this.mirrors.use(submodule.repository, submodule.commit, { ...options, signal }, async (mirrored) => {
          await survey(this.client, mirrored, totals, { signal });
          return { path: submodule.path, mirrored };
        });
      }).catch((error: unknown) => {
        failed.abort(error);
        throw submoduleFailure(submodule, error);
      }),
    );
    const settled = await Promise.allSettled(fetches);
    options.signal.throwIfAborted();
    // What failed first is why the others were stopped.
    const failures = settled.filter((result) => result.status === 'rejected');
    const first = failures.find(({ reason }) => reason !== failed.signal.reason) ?? failures[0];
    if (first !== undefined) throw first.reason;
    const mounted = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    return work(mounted).catch(async (error: unknown) => {
      // Whoever repeats the work cannot know which of the mirrors is broken.
      if (error instanceof DamagedRepositoryError) {
        for (const { repository } of planned) await this.mirrors.discard(repository, options.signal);
      }
      throw error;
    });
  }

  private async archiveGitDirectoryOnce(source: ArchivedSource, options: GitDirectoryOptions): Promise<string> {
    const row = await this.rows.findById(source.id);
    const known = row?.gitDirectoryIndexSha256 ?? undefined;
    if (known !== undefined && (await this.store.isWhole(known, options.signal))) return known;
    if (options.offline === true) {
      throw new InvalidRequestData(
        `The history of ${source.repo} is not archived, and the request forbids all network. Leave out the ` +
          'flag include-git-dir.',
      );
    }
    const repository = repositoryAt(source.repo, options.repo);
    return this.mirrors.use(repository, source.ref, options, (mirrored) =>
      this.storeGitDirectory(source, repository, mirrored, options),
    );
  }

  private async storeGitDirectory(
    source: ArchivedSource,
    repository: Repository,
    mirrored: MirroredCommit,
    options: ArchiveOptions,
  ): Promise<string> {
    const target = join(this.configuration.directories.temporary, `git-directory-${randomUUID()}`);
    await mkdir(target, { recursive: true });
    try {
      options.log('info', 'Fetching the history and the tags.');
      await this.mirrors.retrying(repository, options.signal, async (remote) => {
        await rm(target, { recursive: true, force: true });
        await this.client.writeGitDirectory(target, mirrored.directory, remote, mirrored.commit, {
          signal: options.signal,
          origin: repository.address,
        });
      });
      const totals = new TreeTotals(this.configuration.outbound.maxSourceSize);
      const { indexSha256 } = await this.store.save(gitDirectoryEntries(target), {
        commitTime: source.commitTime,
        signal: options.signal,
        onBytes: (bytes) => totals.addSize(bytes),
      });
      await this.rows.saveGitDirectory(source.id, indexSha256);
      return indexSha256;
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  }

  private async indexOf({ id, repo, ref }: ArchivedSource): Promise<string> {
    const row = await this.rows.findById(id);
    if (row === null)
      throw new InvalidRequestData(
        `The archived commit ${ref} of ${repo} was pruned meanwhile. Post the request again.`,
      );
    return row.indexSha256;
  }
}

/** `git submodule update` fails as a whole, whatever the reason; an unsafe tree keeps its own name. */
function submoduleFailure({ path, name }: PlannedSubmodule, error: unknown): unknown {
  if (!(error instanceof CachitoError) || error instanceof ValidationError) return error;
  return new SubprocessCallError(`The submodule "${name}" at ${path} cannot be fetched. ${error.message}`, {
    cause: error,
  });
}
