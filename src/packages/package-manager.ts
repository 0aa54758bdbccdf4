import type { Readable } from 'node:stream';
import type { Configuration, PackageManagerName } from '../config/index.js';
import type { Artifact, ArtifactSpec, DeclaredLicense, MadeArtifactSpec } from '../dependencies/index.js';
import type { SourceSpec, SourceTree, VersionTag } from '../source/index.js';
import type { Flag } from './flags.js';

/**
 * One package manager: reads lock files of an archived source, has every artifact archived, and says what is to be
 * reported, bundled and served. It sees ports only: no HTTP server, queue or database. It runs no code of the project.
 */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** Throws a `CachitoError`; anything else is reported as `UnknownError`. */
  resolve(job: ResolveJob): Promise<Resolution>;
  /** Absent when the files of this manager's ecosystem declare no licences, or it has no files. */
  readonly readLicense?: ReadLicense;
}

/**
 * The licence that an archived file declares, read without running anything. What cannot be read, is too large or
 * hostile declares nothing; throws only what reading the store throws, and the signal's reason.
 */
export type ReadLicense = (file: ArchivedFile, signal: AbortSignal) => Promise<DeclaredLicense>;

/** An artifact whose bytes can be read, in parts if need be. */
export interface ArchivedFile extends Pick<Artifact, 'name' | 'version' | 'upstream' | 'size'> {
  /** `range`: both ends inclusive. */
  read(range?: { start: number; end: number }): Promise<Readable>;
}

export interface ResolveJob {
  source: SourceTree;
  /** The commit that is being processed: 40 hexadecimal digits, committer's time in seconds since 1970. */
  commit: { id: string; time: number };
  /** `team/app` of `https://host/team/app.git`. */
  repositoryName: string;
  /** What to process, in the given order; never empty: the default is the root. */
  paths: readonly PackageConfig[];
  flags: ReadonlySet<Flag>;
  /** Those of this manager's type. */
  replacements: readonly Replacement[];
  artifacts: ArtifactPort;
  sources: SourcePort;
  packedSources: PackedSourcePort;
  documents: DocumentPort;
  keptDocuments: KeptDocumentPort;
  /**
   * The version tags of the commit that is being processed: what was recorded when they were first asked for. None, with
   * a warning in the log, when they cannot be had.
   */
  versionTags(): Promise<readonly VersionTag[]>;
  memo: MemoPort;
  findings: FindingPort;
  /** Whether to ask again what upstreams were asked before and may answer differently now: someone resubmitted the request. */
  refresh: boolean;
  /** What the administrator configured for package managers, and which registries to ask, without credentials. */
  settings: PackageSettings;
  /** Makes an empty directory on this host, which is removed when the attempt has ended. */
  scratchDirectory(): Promise<string>;
  progress: ProgressPort;
  log: JobLog;
  /** Fires when the request is cancelled, too old, or taken over. */
  signal: AbortSignal;
}

/** One entry of `packages.<manager>` in a request. */
export interface PackageConfig {
  /** Directory of the package, normalised, `.` for the root. */
  path: string;
  /** Other keys of the manager's configuration, as validated. */
  [key: string]: unknown;
}

/** One entry of `dependency_replacements`. */
export interface Replacement {
  name: string;
  type: PackageManagerName;
  version: string;
  newName?: string;
}

export type PackageSettings = Pick<
  Configuration,
  'npm' | 'gomod' | 'pip' | 'registries' | 'upstreams' | 'worker' | 'directories'
>;

export interface GetAllOptions {
  signal: AbortSignal;
  /** Fetches at a time; undefined = as many as there are connections. */
  concurrency?: number;
  /** Attempts to fetch one file, instead of the usual number. */
  tries?: number;
  /** Hears how many of the files are archived, each time it grows. */
  onArchived?: (count: number) => void;
}

/** Archives artifacts: from the store when it is there, else fetched once (single flight) and verified. */
export interface ArtifactPort {
  get(spec: ArtifactSpec, signal: AbortSignal): Promise<Artifact>;
  /**
   * All of them, in the order of the specs. What is stored is looked up together, the rest fetched side by side; the
   * first failure aborts the others.
   */
  getAll(
    specs: readonly ArtifactSpec[],
    options: GetAllOptions,
  ): Promise<Artifact[]>;
  /** A file that is made here from something archived or fetched: made once, then found by its `upstream`. */
  getMade(spec: MadeArtifactSpec, signal: AbortSignal): Promise<Artifact>;
  /** The bytes of an archived artifact. */
  open(artifact: Artifact): Promise<Readable>;
  /** The versions of a package that are archived, whoever asked for them; in no order. */
  versionsOf(ecosystem: string, name: string): Promise<string[]>;
}

/** What was found out about this very source before, so that it need not be found out again. It may be lost any time. */
export interface MemoPort {
  /** `key`: 64 hexadecimal digits, a digest over everything else that the content depends on. */
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, content: Buffer): Promise<void>;
}

/**
 * What was found out before, whoever asked: what an archived file holds, what an index page says of one version. It
 * stays until something else is recorded for the same subject.
 */
export interface FindingPort {
  /** In the order of the subjects; undefined = nothing is recorded. `kind`: a short name, such as `pip-sdist`. */
  find(kind: string, subjects: readonly string[]): Promise<(string | undefined)[]>;
  /** The last one recorded for a subject counts. */
  record(kind: string, findings: readonly Finding[]): Promise<void>;
}

export interface Finding {
  subject: string;
  content: string;
}

/** Archives other repositories: dependencies that a lock file names by git address and commit. */
export interface SourcePort {
  /**
   * Returns the files of exactly that commit, submodules included if asked for. Throws as `SourceArchive.archive` does:
   * `RepositoryAccessError`, `InvalidRequestData` (no such commit), `ValidationError`, `NetworkError`.
   */
  archive(spec: SourceSpec, signal: AbortSignal): Promise<{ tree: SourceTree; commitTime: number }>;
}

/** Other repositories as archives of their own. */
export interface PackedSourcePort {
  /**
   * The whole commit as a tar.gz: `app/` with the files, and a `.git` directory with history and tags, so that versions
   * that are made of tags can be made. Reproducible. Throws as `SourcePort.archive` does, and `UnsupportedFeature`.
   */
  pack(spec: SourceSpec, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Small documents of registries (packuments, index pages), under the same rules as all that is fetched. */
export interface DocumentPort {
  /**
   * The whole answer with status 200, 404 or 410; undefined for the latter two. Retries what may pass. Throws
   * `NetworkError` for any other status, a web page, an answer larger than `maxSize` bytes, and `InvalidRequestData`
   * when the request forbids all network.
   */
  fetch(url: string, options: { accept?: string; maxSize: number; signal: AbortSignal }): Promise<Buffer | undefined>;
}

/** Documents of registries that are kept, so that they need not be sent again, and are here when nothing may be fetched. */
export interface KeptDocumentPort {
  /**
   * The document as the registry serves it now; undefined with status 404 and 410. It is asked for with the validators
   * of the kept one (RFC 9110, §13), so that nothing is sent that is here already. When the request forbids all network,
   * the kept one as it is, and `InvalidRequestData` when there is none. `accept`: value of the header, part of the key.
   * Web pages are documents here; that they are what was asked for is for the caller to see. Throws `NetworkError`.
   */
  fetch(url: string, options: { accept: string; maxSize: number; signal: AbortSignal }): Promise<KeptDocument | undefined>;
}

/** A document as a registry served it. */
export interface KeptDocument {
  content: Buffer;
  /** Media type without parameters, lower case; empty when the registry did not say. */
  type: string;
  /** Where it came from after redirects: the base of relative addresses in it. Without credentials. */
  url: string;
}

/** Reports how far the manager is. Called as often as one likes; the pipeline thins it out. */
export interface ProgressPort {
  /** A new phase, shown as `state_reason` and kept in the history: `Fetching npm dependencies at web/ui`. */
  phase(text: string): Promise<void>;
  update(done: number, total: number, unit: 'packages' | 'bytes'): void;
}

/** The log of the request, which clients can read: no secrets, no paths of this host. */
export interface JobLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Everything a package manager found out. The pipeline alone persists it. */
export interface Resolution {
  packages: ResolvedPackage[];
  /** Who requires whom, as the lock file states it. */
  edges: DependencyEdge[];
  /** What lies below `deps/` of the bundle. */
  artifacts: PlacedArtifact[];
  /** Small files below `deps/` of the bundle that were written here, such as lists of versions. */
  generated: GeneratedFile[];
  /** What the locked registry of this request serves. */
  registryEntries: RegistryEntry[];
  environment: EnvironmentVariable[];
  files: ConfigurationFile[];
  /** Changes to the source that the bundle gets. */
  edits: SourceEdit[];
  /** pip only: what the archived source distributions need to be built. */
  buildRequirements?: BuildRequirement[];
}

/** What one archived source distribution needs to be built, as its files say without being run. */
export interface BuildRequirement {
  /** Of the dependency, as reported. */
  name: string;
  version: string;
  /** `setuptools.build_meta`: PEP 517; null when nothing names one. */
  backend: string | null;
  /** PEP 508 texts. */
  requires: string[];
  /** Those of `requires` that no dependency of this request satisfies. */
  missing: string[];
}

/** Type of a package or dependency: a manager's name, or `go-package`. */
export type PackageType = PackageManagerName | 'go-package';

/**
 * Name, type and version: what identifies a package or dependency. A Go package of the standard library has no version.
 */
export interface Component {
  type: PackageType;
  name: string;
  version: string | null;
}

/** A package of the source itself. */
export interface ResolvedPackage extends Component {
  version: string;
  /** Relative to the root; `.` is the root. */
  path: string;
  dependencies: ResolvedDependency[];
}

/** A dependency of one of them. */
export interface ResolvedDependency extends Component {
  /** Only npm, yarn, pip know it. */
  dev?: boolean;
  /** What it stands in for, by `dependency_replacements`. */
  replaces?: Component | null;
  /** The archived file; undefined for what is bundled, vendored or local. */
  artifact?: Artifact;
  /** Nothing is known of what it requires: that no edge begins there says nothing. */
  requirementsUnknown?: true;
}

/** `from` requires `to`; within one package of the source. */
export interface DependencyEdge {
  package: Component;
  from: Component;
  to: Component;
}

/** An artifact and where it lies in the bundle, below `deps/`. */
export interface PlacedArtifact {
  artifact: Artifact;
  path: string;
}

/** A small file that was written here, and where it lies in the bundle, below `deps/`. */
export interface GeneratedFile {
  path: string;
  content: Buffer;
}

/** An artifact under the name and version by which the locked registry serves it. */
export interface RegistryEntry {
  artifact: Artifact;
  name: string;
  version: string;
  /** The name of the file, where the registry serves several of one version. */
  file?: string;
  /** What the registry tells about the file besides. */
  attributes?: Readonly<Record<string, string>>;
}

/** Which way to build a variable or file is for: through the locked registry, or offline from the bundle. */
export type BuildMode = 'registry' | 'offline';

export interface EnvironmentVariable {
  name: string;
  /** A template may hold credentials: it is filled in when it is served, and ends with the request. */
  value: string | Template;
  /** `path` values are relative to the unpacked bundle. */
  kind: 'path' | 'literal';
  /** Undefined = both. */
  mode?: BuildMode;
  /** For one program that does not read the usual variables: given only to those who ask for it. Templates only. */
  client?: 'uv';
  /** Given only where the service is reached by plain http. Templates only. */
  plainHttpOnly?: true;
}

/** A file for the user to write into the unpacked bundle. Addresses and credentials are filled in when it is served. */
export interface ConfigurationFile {
  /** Relative to the unpacked bundle: `app/.npmrc`. */
  path: string;
  template: Template;
  /** Undefined = both. */
  mode?: BuildMode;
}

/** Text with places that are filled in later. */
export type Template = readonly (string | Placeholder)[];

/**
 * What a place is filled with:
 * - `registry-url`: this request's registry for this manager, `https://host/repository/cachito-npm-17/`
 * - `registry-url-with-credentials`: the same with user and password, `https://user:password@host/…`
 * - `registry-location`: the same without its scheme, `//host/repository/cachito-npm-17/`
 * - `registry-credentials`: base64 of `user:password` for it
 * - `registry-authority`: host and port (unless it is the usual one) of this service, `host:8080`
 * - `bundle-directory`: goes behind `file:`. `relative` (such as `../`, from the file to the root of the unpacked
 *   bundle) unless the caller says where the bundle lies; then `//` and that directory, percent-encoded, with a slash.
 */
export type Placeholder =
  | { fill: 'registry-url' | 'registry-url-with-credentials' | 'registry-location'; repository?: PipRepository }
  | { fill: 'registry-credentials' | 'registry-authority' }
  | { fill: 'bundle-directory'; relative: string };

/**
 * pip's registry has two parts, `…/repository/cachito-pip-hosted-17/` with the files of package indexes and
 * `…/repository/cachito-pip-raw-17/` with other archives; both belong to the user `cachito-pip-17`.
 */
export type PipRepository = 'hosted' | 'raw';

/**
 * A change of one file of the source: new bytes, or its removal. Many or large files need not be held in memory: `file`
 * is the absolute path of one in a scratch directory, which stays until the bundle is built.
 */
export type SourceEdit =
  | { path: string; content: Buffer | { file: string }; executable?: boolean }
  | { path: string; removed: true };

/** A resolution of nothing, to start from. */
export function emptyResolution(): Resolution {
  return { packages: [], edges: [], artifacts: [], generated: [], registryEntries: [], environment: [], files: [], edits: [] };
}
