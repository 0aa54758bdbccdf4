import type { KeyObject } from 'node:crypto';
import type { OidcIssuer } from './oidc.js';
import type { Upstreams } from './upstreams/upstreams.js';
import type { PackageManagerName } from './package-managers.js';

/** Which parts of the service a process runs. */
export type Role = 'all' | 'api' | 'worker';

/** A variable that is given to the user's build; `path` values are relative to the unpacked bundle. */
export interface DefaultEnvironmentVariable {
  value: string;
  kind: 'path' | 'literal';
}

/** A bucket of S3 or of a compatible server. */
export interface S3Settings {
  bucket: string;
  /** Undefined = Amazon's. */
  endpoint: string | undefined;
  /** Undefined = what the usual sources of the AWS SDK say. */
  region: string | undefined;
  /** Folders that all keys begin with, without slashes at either end; undefined = none. */
  prefix: string | undefined;
  /** Whether the bucket's name is in the path of addresses, not in their host. */
  pathStyle: boolean;
  /** Never log them. Undefined = the usual sources of the AWS SDK: environment, files, the role of the machine. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Certificates (PEM) besides the usual ones; undefined = none. */
  caCertificates: string | undefined;
  /** Whether clients are sent to the bucket for bundles, by addresses that hold for some minutes. */
  directDownloads: boolean;
}

/**
 * The whole configuration of a process: read once from the environment and the command line, checked, frozen. Inject
 * this class; nobody else reads `process.env`. Times are milliseconds, sizes bytes, directories absolute.
 * `docs/configuration.md` names the environment variable of each value.
 */
export abstract class Configuration {
  abstract readonly role: Role;
  abstract readonly server: {
    host: string;
    port: number;
    /** Base of every absolute URL in answers, without a slash at the end; undefined = scheme and host of the call. */
    publicUrl: string | undefined;
    maxPerPage: number;
    /** Longest `wait` of `GET /requests/{id}`. */
    waitTimeout: number;
  };
  abstract readonly auth: {
    /** Whether callers without a credential may do everything: as configured, or where nobody could log in, on loopback. */
    loginDisabled: boolean;
    /** Addresses whose identity headers are believed. CIDR. */
    trustedProxies: readonly string[];
    /** Header with the name of the user that a trusted proxy has authenticated, lower case. */
    remoteUserHeader: string;
    /** Headers with a client certificate's subject and the verdict on it (`SUCCESS`), lower case. */
    clientCertificateSubjectHeader: string;
    clientCertificateVerdictHeader: string;
    /** Users that may post on behalf of others. */
    userRepresentatives: readonly string[];
    /** Users that may call the worker endpoints. */
    workerUsernames: readonly string[];
    /** Users that may mark any request stale, see the queue board, clean up and prune. */
    administrators: readonly string[];
    /** Login by Kerberos (SPNEGO); undefined = off. */
    kerberos: { service: string; keytab: string | undefined } | undefined;
    /** The issuers whose bearer tokens are accepted (OpenID Connect); empty = none. */
    oidcIssuers: readonly OidcIssuer[];
    /** File with the digests of static bearer tokens, read again when it changes; undefined = there are none. */
    tokensFile: string | undefined;
    /** Whether reading needs a login, too. */
    readRequiresLogin: boolean;
    /** Host of repositories → the only users that see what comes from there. */
    hostReaders: Readonly<Record<string, readonly string[]>>;
    /** Requests that one user may post in a minute, and have unfinished at a time; undefined = any number. */
    requestsPerMinute: number | undefined;
    unfinishedRequests: number | undefined;
  };
  abstract readonly directories: {
    data: string;
    /** The permanent blobs: sources and artifacts. */
    sources: string;
    /** The bundles' blobs, which may be dropped and built again. */
    bundles: string;
    /** Host-local git mirrors: a cache, may be deleted. */
    mirrors: string;
    /** Data of the embedded database. */
    database: string;
    /** Blobs on their way to S3. */
    uploads: string;
    /** Scratch folders of running requests. */
    temporary: string;
    /** Go toolchains and build caches of the `go` command: a cache, may be deleted. */
    go: string;
  };
  abstract readonly database: {
    /** PostgreSQL; undefined = the embedded one. */
    url: string | undefined;
    /** Connections of this process at most. */
    poolSize: number;
  };
  abstract readonly store: {
    /** The bucket that holds the blobs; undefined = they lie in the directories `sources` and `bundles`. */
    s3: S3Settings | undefined;
  };
  abstract readonly queue: {
    /** Redis, with its password; undefined = the queue is in the database. */
    redisUrl: string | undefined;
  };
  abstract readonly requests: {
    defaultPackageManagers: readonly PackageManagerName[];
    enabledPackageManagers: readonly PackageManagerName[];
    mutuallyExclusivePackageManagers: readonly (readonly [PackageManagerName, PackageManagerName])[];
    defaultEnvironmentVariables: Readonly<Record<string, Readonly<Record<string, DefaultEnvironmentVariable>>>>;
  };
  abstract readonly worker: {
    /** Requests at a time in this process. */
    concurrency: number;
    /** Package managers that this worker can do. */
    packageManagers: readonly PackageManagerName[];
    /** Deadline of one request. */
    requestTimeout: number;
    /** How long running requests may go on when the process is asked to end. */
    drainTimeout: number;
    /** Limit of one `git` or `go` command. */
    subprocessTimeout: number;
    /** Age at which a complete or running request becomes stale. */
    requestLifetime: number;
    /** The same for a failed one. */
    failedRequestLifetime: number;
    /** How long evidence (packages, SBOMs, where-used) is kept; undefined = for ever. */
    evidenceRetention: number | undefined;
    /** Whether archived sources that nobody asks for any more are pruned on a schedule; else only by the command. */
    pruneArchives: boolean;
    /** Age at which an archived source that nobody asked for may be pruned, and the lowest age that may be given. */
    archivesDefaultAge: number;
    archivesMinimumAge: number;
  };
  abstract readonly outbound: {
    /** Connections per process. */
    concurrency: number;
    /** Limit of one download. */
    timeout: number;
    /** Private address ranges that may be reached all the same. CIDR. */
    allowedPrivateNetworks: readonly string[];
    maxArtifactSize: number;
    maxSourceSize: number;
    /** Of the usual variables (`HTTPS_PROXY`, …), addresses may hold credentials. */
    proxies: { http: string | undefined; https: string | undefined; noProxy: string };
  };
  abstract readonly npm: {
    /** Name of a main package → names of dependencies that may be `file:` ones. */
    fileDependencyAllowlist: Readonly<Record<string, readonly string[]>>;
    /** What to do about git dependencies with scripts that `npm pack` would run. */
    gitScripts: 'reject' | 'ignore';
    /** Weakest integrity of a lock file that is accepted. */
    minIntegrity: 'none' | 'sha512';
    /** Packages fetched at a time for one request; undefined = as many as there are connections. */
    concurrency: number | undefined;
    /** Attempts to fetch one package. */
    downloadTries: number;
    /** Whether `.npmrc` also turns off audit, funding and update messages. */
    quietClients: boolean;
  };
  abstract readonly gomod: {
    /** Attempts to fetch one file of a module. */
    downloadTries: number;
    /** Whether a module with a `vendor` directory is refused unless a flag says what to do about it. */
    strictVendor: boolean;
    /** Whether a request for one path without `go.mod` ends well, with nothing found. */
    ignoreMissingGoMod: boolean;
    /** `fetch` = the toolchain that a module asks for is fetched; `installed` = only the one of this host is used. */
    toolchains: 'fetch' | 'installed';
    /** The newest Go that may be fetched, such as `1.26` or `1.26.3`; undefined = any. */
    maxToolchain: string | undefined;
    /** Memory of one `go` command with its children; one that needs more is ended. */
    maxMemory: number;
    /** The GOPROXY server that takes the place of the public one; undefined = none is configured. */
    athensUrl: string | undefined;
  };
  abstract readonly pip: {
    /** Whether what older installations refused is refused: nested requirements files, constraints, local paths, … */
    strictCompat: boolean;
    /** Whether a package whose name or version nothing tells is named after the repository. */
    nameFromRepository: boolean;
    /** Whether a release that was yanked is taken, with a warning, when it is pinned and nothing else fits. */
    allowYanked: boolean;
    /** Whether all files lie directly in `deps/pip/`, for clients that search one directory. */
    flatLayout: boolean;
  };
  abstract readonly registries: {
    /** Certificates (PEM) that clients need to reach the registries of this service; undefined = the usual ones do. */
    caCertificates: string | undefined;
  };
  abstract readonly provenance: {
    /** Signs provenance; undefined = it is not signed. Never log it. */
    signingKey: KeyObject | undefined;
  };
  /** Which registries and git hosts to ask, and how: `CACHITO_UPSTREAMS_FILE`. */
  abstract readonly upstreams: Upstreams;
  abstract readonly metrics: {
    /** A port, on the address of `HOST`, where `/metrics`, `/healthz` and `/readyz` are served besides; undefined = none. */
    port: number | undefined;
  };
  abstract readonly logs: {
    level: 'debug' | 'info' | 'warn' | 'error';
    format: 'pretty' | 'json';
    /** One log file per request lies here; undefined = off. */
    requestLogsDirectory: string | undefined;
    requestLogsLevel: 'debug' | 'info' | 'warn' | 'error';
    /** Mode bits of those files. */
    requestLogsMode: number;
  };
}
