import type { Readable } from 'node:stream';
import { inTurns } from '../../../concurrency/index.js';
import type { RegistryUpstream } from '../../../config/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import { InvalidRequestData } from '../../../errors/index.js';
import type { ArtifactPort, DocumentPort, JobLog } from '../../package-manager.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import type { GoSums } from '../files/go-sum-file.js';
import { isPseudoVersion } from '../modules/pseudo-version.js';
import { compareVersions } from '../modules/semver.js';
import { isOutage } from './failures.js';
import { MAX_INFO } from './info-digest.js';
import { ModuleArchive } from './module-archive.js';
import {
  fileKey,
  isCanonical,
  moduleAddress,
  type ModuleFile,
  type ModuleFileKind,
  type ModuleVersion,
  versionAddress,
} from './module-file.js';
import { moduleSpec } from './module-spec.js';
import { moduleUpstreams, type ModuleUpstreams } from './module-upstreams.js';
import { filesToPrefetch } from './prefetch-files.js';

export type { ModuleFile, ModuleFileKind } from './module-file.js';

export interface ModuleStoreOptions {
  artifacts: Pick<ArtifactPort, 'getAll' | 'open' | 'versionsOf'>;
  documents: DocumentPort;
  /** Module proxies, in the order of the configuration. */
  upstreams: readonly RegistryUpstream[];
  /** Everything that the `go.sum` files of the request say. */
  sums: GoSums;
  checksums: Pick<ChecksumDatabase, 'lookup'>;
  /** Attempts to fetch one file. */
  downloadTries: number;
  log: JobLog;
}

/** A file that `go` asked for. */
export interface UsedFile extends ModuleFile {
  artifact: Artifact;
}

/** Bytes; the longest list of the public proxy has 200 thousand. */
const MAX_LIST = 4 * 1024 * 1024;

/** Toolchains are modules, too: of a hundred megabytes each, and no `go.sum` has to name them. */
const TOOLCHAIN = 'golang.org/toolchain';

/**
 * The modules of one request: every file of every version is archived once, verified before it is recorded, and served
 * from the archive ever after, whoever asks. Remembers what was asked for: that is what the request's build needs.
 */
export class ModuleStore {
  private readonly archive: ModuleArchive;
  private readonly usedFiles = new Map<string, UsedFile>();
  private readonly upstreamsOf = new Map<string, ModuleUpstreams>();

  constructor(private readonly options: ModuleStoreOptions) {
    const { artifacts, downloadTries } = options;
    this.archive = new ModuleArchive(artifacts, (file) => this.specOf(file), downloadTries);
  }

  /** What `file` was asked for and has; by `fileKey`. Not what was only prefetched. */
  get used(): ReadonlyMap<string, UsedFile> {
    return this.usedFiles;
  }

  /** Whether a module may be looked up in the checksum database. */
  isPublic(path: string): boolean {
    return !this.upstreams(path).isPrivate;
  }

  /**
   * One file of one version; undefined when nobody has it (404, 410), or what is asked for is no canonical version. Throws
   * `InvalidChecksum` when it is not what `go.sum` or the checksum database says or nothing vouches for it, `NetworkError`,
   * `InvalidRequestData` when it is not archived and the request is offline, and what refuses a malformed file.
   */
  async file(kind: ModuleFileKind, { path, version }: ModuleVersion, signal: AbortSignal): Promise<Artifact | undefined> {
    if (!isCanonical(version)) return undefined;
    const file = { kind, path, version };
    const artifact = await this.archive.get(file, signal);
    if (artifact !== undefined) this.usedFiles.set(fileKey(file), { ...file, artifact });
    return artifact;
  }

  /** The bytes of an archived file. */
  open(artifact: Artifact): Promise<Readable> {
    return this.options.artifacts.open(artifact);
  }

  /**
   * Archives what `go.sum` names, side by side: of modules with a checksum of their source `.zip`, `.mod` and `.info`, of
   * those that only count when versions are selected `.mod`. A `go.sum` also names what nobody needs any more, so what is
   * wrong with a file (nobody has it, other bytes) is not thrown here but by `file`, if that is asked for it. Nor is an
   * upstream that does not answer: `file` will try again. `onArchived` hears how many of the files are done with.
   */
  async prefetch(signal: AbortSignal, onArchived?: (done: number, total: number) => void): Promise<void> {
    const files: ModuleFile[] = [];
    await inTurns(filesToPrefetch(this.options.sums), (file) => {
      if (file.path !== TOOLCHAIN && this.upstreams(file.path).bases.length > 0) files.push(file);
    });
    let most = 0;
    const failure = await this.archive.getAll(files, signal, (done) => {
      if (done > most) onArchived?.((most = done), files.length);
    });
    if (failure instanceof Error && !(failure instanceof InvalidRequestData))
      this.options.log.warn(`Modules are not fetched ahead: ${failure.message}`);
  }

  /**
   * The versions of a module as its proxy lists them, one a line; undefined when nobody knows the module. When no proxy
   * answers, or the request is offline, the archived versions, as Go would list them. Throws `NetworkError`.
   */
  async list(path: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.ask(path, (base) => moduleAddress(base, path, '@v/list'), MAX_LIST, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      const versions = await this.options.artifacts.versionsOf('gomod', path);
      if (versions.length > 0) return this.archivedList(path, versions);
      // What is not archived does not exist for a request that is offline.
      if (error instanceof InvalidRequestData) return undefined;
      throw error;
    }
  }

  /**
   * What a proxy says about the latest version, in JSON; undefined when nobody knows the module, or a proxy leaves it to
   * the list. Not archived: it means something else tomorrow. Throws `NetworkError`, `InvalidRequestData` when offline.
   */
  latest(path: string, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(path, (base) => moduleAddress(base, path, '@latest'), MAX_INFO, signal);
  }

  /** As `latest`, for whatever else stands for a version: `v1`, a branch, a commit. */
  query(path: string, query: string, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(path, (base) => versionAddress(base, path, query, 'info'), MAX_INFO, signal);
  }

  private async ask(
    path: string,
    addressAt: (base: string) => string,
    maxSize: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (const base of this.upstreams(path).bases) {
      const answer = await this.options.documents.fetch(addressAt(base), { maxSize, signal });
      if (answer !== undefined) return answer.toString('utf8');
    }
    return undefined;
  }

  private archivedList(path: string, versions: readonly string[]): string {
    this.options.log.warn(`No module proxy answers for the versions of ${path}; those that are archived are taken`);
    const listed = versions.filter((version) => isCanonical(version) && !isPseudoVersion(version));
    return listed.sort(compareVersions).map((version) => `${version}\n`).join('');
  }

  private specOf(file: ModuleFile) {
    return moduleSpec(file, this.upstreams(file.path), this.options);
  }

  private upstreams(path: string): ModuleUpstreams {
    const known = this.upstreamsOf.get(path) ?? moduleUpstreams(path, this.options.upstreams);
    this.upstreamsOf.set(path, known);
    return known;
  }
}
