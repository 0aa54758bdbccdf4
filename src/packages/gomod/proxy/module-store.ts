import type { Readable } from 'node:stream';
import { inTurns } from '../../../concurrency/index.js';
import type { RegistryUpstream } from '../../../config/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import { InvalidRequestData } from '../../../errors/index.js';
import type { ArtifactPort, DocumentPort, JobLog } from '../../package-manager.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import type { GoSums } from '../files/go-sum-file.js';
import { ModuleArchive } from './module-archive.js';
import { ModuleDocuments } from './module-documents.js';
import { fileKey, isCanonical, type ModuleFile, type ModuleFileKind, type ModuleVersion } from './module-file.js';
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

/** Toolchains are modules, too: of a hundred megabytes each, and no `go.sum` has to name them. */
const TOOLCHAIN = 'golang.org/toolchain';

/**
 * The modules of one request: every file of every version is archived once, verified before it is recorded, and served
 * from the archive ever after, whoever asks. Remembers what was asked for: that is what the request's build needs.
 */
export class ModuleStore {
  private readonly archive: ModuleArchive;
  private readonly documents: ModuleDocuments;
  private readonly usedFiles = new Map<string, UsedFile>();
  private readonly upstreamsOf = new Map<string, ModuleUpstreams>();

  constructor(private readonly options: ModuleStoreOptions) {
    const { artifacts, downloadTries, documents, log } = options;
    this.archive = new ModuleArchive(artifacts, (file) => this.specOf(file), downloadTries);
    this.documents = new ModuleDocuments(artifacts, documents, (path) => this.upstreams(path).bases, log);
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

  /** The versions of a module, one a line: see `ModuleDocuments.list`. */
  list(path: string, signal: AbortSignal): Promise<string | undefined> {
    return this.documents.list(path, signal);
  }

  /** What is said about the latest version: see `ModuleDocuments.latest`. */
  latest(path: string, signal: AbortSignal): Promise<string | undefined> {
    return this.documents.latest(path, signal);
  }

  /** What a branch, a commit or `v1` stands for: see `ModuleDocuments.query`. */
  query(path: string, query: string, signal: AbortSignal): Promise<string | undefined> {
    return this.documents.query(path, query, signal);
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
