import { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canLogIn, readAuth } from './auth.js';
import type { Configuration, Role } from './configuration.js';
import { ConfigurationError } from './configuration-error.js';
import { checkDirectories, readDirectories } from './directories.js';
import { isLoopback } from './loopback.js';
import { DEFAULT_VARIABLES } from './options/environment-variables.js';
import { similarName, unknownNames } from './options/names.js';
import { WrongValue } from './options/option.js';
import { type Environment, OptionReader } from './options/reader.js';
import { UNUSED } from './options/unused.js';
import { USED } from './options/used.js';
import { readProxies } from './proxies.js';
import { readS3 } from './s3.js';
import { isOpenToOthers, readSigningKey } from './signing-key.js';
import { readUpstreams } from './upstreams/read-upstreams.js';
import { readCertificates } from './upstreams/small-files.js';
import { PUBLIC_UPSTREAMS, type Upstreams } from './upstreams/upstreams.js';
import { BUILT_PACKAGE_MANAGERS, type PackageManagerName } from './package-managers.js';

export interface LoadedConfiguration {
  configuration: Configuration;
  /** One sentence each, without secrets, for the log. */
  warnings: string[];
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const GIB = 2 ** 30;

/**
 * The configuration of this process from its environment and its arguments (without the program's name). Nothing is
 * required. Throws `ConfigurationError` with everything that is wrong.
 */
export function loadConfiguration(environment: Environment, argv: readonly string[]): LoadedConfiguration {
  const reader = new OptionReader(withoutPythonFormat(environment));
  const warnings = [...warningsOfUnused(environment)];
  for (const name of unknownNames(Object.keys(environment))) reader.complain(unknown(name));
  const role = readRole(reader, argv);
  const directories = readDirectories(reader, environment);
  const configuration: Configuration = {
    role,
    server: {
      host: reader.read(USED.host, '127.0.0.1'),
      port: reader.read(USED.port, 8080),
      publicUrl: reader.read(USED.publicUrl, undefined),
      maxPerPage: reader.read(USED.maxPerPage, 100),
      waitTimeout: reader.read(USED.waitTimeout, 60 * SECOND),
    },
    auth: readAuth(reader, role, warnings),
    directories,
    database: {
      url: reader.read(USED.databaseUrl, undefined),
      poolSize: reader.read(USED.databasePoolSize, 15),
    },
    store: { s3: readS3(reader, warnings) },
    queue: { redisUrl: reader.read(USED.redisUrl, undefined) },
    requests: {
      defaultPackageManagers: reader.read(USED.defaultPackageManagers, ['gomod'] as const),
      enabledPackageManagers: readBuilt(reader, 'enabledPackageManagers', warnings),
      mutuallyExclusivePackageManagers: reader.read(USED.mutuallyExclusivePackageManagers, [['npm', 'yarn']] as const),
      defaultEnvironmentVariables: reader.read(USED.defaultEnvironmentVariables, DEFAULT_VARIABLES),
    },
    worker: {
      concurrency: reader.read(USED.workerConcurrency, 2),
      packageManagers: readBuilt(reader, 'workerPackageManagers', warnings),
      requestTimeout: reader.read(USED.requestTimeout, 7_200 * SECOND),
      drainTimeout: reader.read(USED.drainTimeout, 30 * SECOND),
      subprocessTimeout: reader.read(USED.subprocessTimeout, 3_600 * SECOND),
      requestLifetime: reader.read(USED.requestLifetime, DAY),
      failedRequestLifetime: reader.read(USED.failedRequestLifetime, 7 * DAY),
      evidenceRetention: reader.read(USED.evidenceRetention, undefined),
      pruneArchives: reader.read(USED.pruneArchives, false),
      archivesDefaultAge: reader.read(USED.archivesDefaultAge, 730 * DAY),
      archivesMinimumAge: reader.read(USED.archivesMinimumAge, 365 * DAY),
    },
    outbound: {
      concurrency: reader.read(USED.downloadConcurrency, 25),
      timeout: reader.read(USED.downloadTimeout, 120 * SECOND),
      allowedPrivateNetworks: reader.read(USED.allowedPrivateNetworks, []),
      maxArtifactSize: reader.read(USED.maxArtifactSize, 2 * GIB),
      maxSourceSize: reader.read(USED.maxSourceSize, 10 * GIB),
      proxies: readProxies(reader, environment),
    },
    npm: readNpm(reader),
    gomod: readGomod(reader),
    pip: readPip(reader),
    registries: { caCertificates: readRegistryCertificates(reader) },
    provenance: { signingKey: role === 'worker' ? undefined : readProvenanceKey(reader, warnings) },
    upstreams: readAllUpstreams(reader),
    metrics: { port: reader.read(USED.metricsPort, undefined) },
    logs: readLogs(reader, directories.data),
  };
  checkRules(reader, configuration);
  if (reader.problems.length > 0) throw new ConfigurationError(reader.problems);
  return { configuration: deepFreeze(configuration), warnings: [...warnings, ...warningsOf(reader, configuration)] };
}

function readRole(reader: OptionReader, argv: readonly string[]): Role {
  const flags = { '--api-only': 'api', '--worker-only': 'worker' } as const;
  const named = new Set<Role>();
  for (const argument of argv) {
    if (argument === '--api-only' || argument === '--worker-only') named.add(flags[argument]);
    else reader.complain(`${JSON.stringify(argument)} is not an argument; there are --api-only and --worker-only`);
  }
  if (reader.isSet(USED.role)) named.add(reader.read(USED.role, 'all'));
  if (named.size > 1)
    reader.complain('CACHITO_ROLE, --api-only and --worker-only contradict each other; give one of them');
  return [...named][0] ?? 'all';
}

function readNpm(reader: OptionReader): Configuration['npm'] {
  return {
    fileDependencyAllowlist: reader.read(USED.npmFileDependencyAllowlist, {}),
    gitScripts: reader.read(USED.npmGitScripts, 'reject'),
    minIntegrity: reader.read(USED.npmMinIntegrity, 'none'),
    concurrency: reader.read(USED.javascriptConcurrency, undefined),
    downloadTries: reader.read(USED.javascriptDownloadTries, 5),
    quietClients: reader.read(USED.npmQuietClients, false),
  };
}

function readGomod(reader: OptionReader): Configuration['gomod'] {
  return {
    downloadTries: reader.read(USED.gomodDownloadTries, 5),
    strictVendor: reader.read(USED.gomodStrictVendor, false),
    ignoreMissingGoMod: reader.read(USED.gomodIgnoreMissingGoMod, false),
    toolchains: reader.read(USED.gomodToolchains, 'fetch'),
    maxToolchain: reader.read(USED.gomodMaxToolchain, undefined),
    maxMemory: reader.read(USED.gomodMaxMemory, 4 * GIB),
    athensUrl: reader.read(USED.athensUrl, undefined),
  };
}

function readPip(reader: OptionReader): Configuration['pip'] {
  return {
    strictCompat: reader.read(USED.pipStrictCompat, false),
    nameFromRepository: reader.read(USED.pipNameFromRepository, false),
    allowYanked: reader.read(USED.pipAllowYanked, false),
    flatLayout: reader.read(USED.pipFlatLayout, false),
  };
}

/** Where older installations had it; that it is missing there means that there is none. */
const REGISTRY_CERTIFICATES = '/etc/cachito/nexus_ca.pem';

function readRegistryCertificates(reader: OptionReader): string | undefined {
  const { name } = USED.registryCertificates;
  const named = reader.read(USED.registryCertificates, undefined);
  const file = named ?? REGISTRY_CERTIFICATES;
  if (named === undefined && !existsSync(file)) return undefined;
  try {
    return readCertificates(file);
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    reader.complain(`${name} (${file}) ${error.message}`);
    return undefined;
  }
}

/** A worker signs nothing. */
function readProvenanceKey(reader: OptionReader, warnings: string[]): KeyObject | undefined {
  const { name } = USED.provenanceKeyFile;
  const file = reader.read(USED.provenanceKeyFile, undefined);
  if (file === undefined) return undefined;
  try {
    const key = readSigningKey(file);
    if (isOpenToOthers(file)) {
      warnings.push(`${name} (${file}): other users of this host may read or change the key; forbid it with chmod 600.`);
    }
    return key;
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    reader.complain(`${name} (${file}) ${error.message}`);
    return undefined;
  }
}

/** Athens takes the place of the public Go module proxy; the list of a file that has no public one ends with it. */
function readAllUpstreams(reader: OptionReader): Upstreams {
  const upstreams = readUpstreamsFile(reader);
  const url = reader.read(USED.athensUrl, undefined);
  if (url === undefined) return upstreams;
  const athens = { url: `${url}/`, public: false, scopes: [], fallback: 'next' } as const;
  const others = upstreams.gomod.filter((each) => !each.public && each.url !== athens.url);
  return { ...upstreams, gomod: [...others, athens] };
}

function readUpstreamsFile(reader: OptionReader): Upstreams {
  const file = reader.read(USED.upstreamsFile, undefined);
  if (file === undefined) return PUBLIC_UPSTREAMS;
  const { upstreams, problems } = readUpstreams(file);
  for (const problem of problems) reader.complain(`${USED.upstreamsFile.name} (${file}): ${problem}`);
  return upstreams;
}

function readLogs(reader: OptionReader, data: string): Configuration['logs'] {
  const directory = reader.read(USED.requestLogsDirectory, join(data, 'logs'));
  return {
    level: reader.read(USED.logLevel, 'info'),
    format: reader.read(USED.logFormat, process.stderr.isTTY ? 'pretty' : 'json'),
    requestLogsDirectory: directory === '' ? undefined : resolve(directory),
    requestLogsLevel: reader.read(USED.requestLogsLevel, 'debug'),
    requestLogsMode: reader.read(USED.requestLogsMode, 0o660),
  };
}

/** A package manager that this version lacks counts as not named. */
function readBuilt(
  reader: OptionReader,
  option: 'enabledPackageManagers' | 'workerPackageManagers',
  warnings: string[],
): readonly PackageManagerName[] {
  const named = reader.read(USED[option], BUILT_PACKAGE_MANAGERS);
  const missing = named.filter((name) => !BUILT_PACKAGE_MANAGERS.includes(name));
  if (missing.length > 0) {
    warnings.push(
      `${USED[option].name} names ${missing.join(', ')}, which this version does not have yet: not enabled. It ` +
        `has ${BUILT_PACKAGE_MANAGERS.join(', ')}.`,
    );
  }
  return named.filter((name) => BUILT_PACKAGE_MANAGERS.includes(name));
}

function checkRules(
  reader: OptionReader,
  { role, server, auth, database, directories, provenance, worker, logs }: Configuration,
): void {
  if (role !== 'all') {
    const alone = `A process that is only ${role === 'api' ? 'the API' : 'a worker'} needs`;
    if (!database.url && !reader.isSet(USED.databaseUrl)) {
      reader.complain(`${alone} DATABASE_URL: the address of the PostgreSQL that API and workers share`);
    }
    if (!server.publicUrl && !reader.isSet(USED.publicUrl)) {
      reader.complain(`${alone} CACHITO_PUBLIC_URL: the address at which clients reach the API`);
    }
  }
  const isClosed = !canLogIn(auth) && !reader.isSet(USED.oidcFile) && !auth.loginDisabled;
  if (role !== 'worker' && !isLoopback(server.host) && isClosed) {
    reader.complain(
      `HOST=${JSON.stringify(server.host)} lets other machines in, but nobody can log in: name the proxies that ` +
        'authenticate users in CACHITO_TRUSTED_PROXIES, or set up a login by CACHITO_KERBEROS_SERVICE, ' +
        'CACHITO_OIDC_FILE or CACHITO_TOKENS_FILE, or set LOGIN_DISABLED=true to let everybody post requests',
    );
  }
  if (provenance.signingKey && !server.publicUrl && !reader.isSet(USED.publicUrl)) {
    reader.complain(
      'CACHITO_PROVENANCE_KEY_FILE needs CACHITO_PUBLIC_URL: what is signed names this service by it, and not by the ' +
        'name that a caller gives it',
    );
  }
  if (worker.archivesDefaultAge < worker.archivesMinimumAge) {
    reader.complain('CACHITO_ARCHIVES_DEFAULT_AGE_DAYS must not be less than CACHITO_ARCHIVES_MINIMUM_AGE_DAYS');
  }
  checkDirectories(reader, directories, logs.requestLogsDirectory);
}

function warningsOfUnused(environment: Environment): string[] {
  const unused = UNUSED.filter(({ name }) => environment[name]?.trim()).map(
    ({ name, because }) => `${name} is ignored: ${because}.`,
  );
  return isPythonFormat(environment.CACHITO_LOG_FORMAT)
    ? [...unused, 'CACHITO_LOG_FORMAT is ignored: it holds a log format of Python; pretty and json are allowed.']
    : unused;
}

function warningsOf(reader: OptionReader, { role, server, auth, requests }: Configuration): string[] {
  const warnings: string[] = [];
  if (role !== 'worker' && auth.loginDisabled && !isLoopback(server.host)) {
    warnings.push(`LOGIN_DISABLED: everybody who reaches ${server.host} can post requests and change them.`);
  }
  const disabled = requests.defaultPackageManagers.filter((name) => !requests.enabledPackageManagers.includes(name));
  if (reader.isSet(USED.defaultPackageManagers) && disabled.length > 0) {
    warnings.push(`CACHITO_DEFAULT_PACKAGE_MANAGERS names ${disabled.join(', ')}, which is not enabled: left out.`);
  }
  return warnings;
}

/** The same name once held a format string of Python's logging. */
function isPythonFormat(value: string | undefined): boolean {
  return value?.includes('%(') === true;
}

function withoutPythonFormat(environment: Environment): Environment {
  return isPythonFormat(environment.CACHITO_LOG_FORMAT)
    ? { ...environment, CACHITO_LOG_FORMAT: undefined }
    : environment;
}

function unknown(name: string): string {
  const similar = similarName(name);
  return `${name} is not an option${similar === undefined ? '; docs/configuration.md lists all' : `; did you mean ${similar}?`}`;
}

function deepFreeze<Value>(value: Value): Value {
  // A key remembers what it was asked for first.
  if (value instanceof KeyObject) return value;
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
