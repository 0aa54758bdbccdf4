import { PACKAGE_MANAGER_NAMES } from '../package-managers.js';
import { defaultVariables } from './environment-variables.js';
import { option } from './option.js';
import * as values from './values.js';

const YEARS = 100 * 365;
const text = (value: string): string => value;

/** Names as Python's logging has them, too. */
function level(value: string): 'debug' | 'info' | 'warn' | 'error' {
  const name = values.oneOf('debug', 'info', 'warn', 'warning', 'error', 'critical')(value);
  return name === 'warning' ? 'warn' : name === 'critical' ? 'error' : name;
}

/** Every option that this version uses. Times are seconds unless the name says otherwise. */
export const USED = {
  port: option('PORT', values.integer(0, 65_535)),
  host: option('HOST', values.hostName),
  role: option('CACHITO_ROLE', values.oneOf('all', 'api', 'worker')),
  publicUrl: option('CACHITO_PUBLIC_URL', values.baseUrl),
  maxPerPage: option('CACHITO_MAX_PER_PAGE', values.integer(1, 10_000)),
  waitTimeout: option('CACHITO_WAIT_TIMEOUT', values.duration('seconds', 0, 3_600)),

  loginDisabled: option('LOGIN_DISABLED', values.boolean),
  trustedProxies: option('CACHITO_TRUSTED_PROXIES', values.networks),
  remoteUserHeader: option('CACHITO_REMOTE_USER_HEADER', values.headerName),
  clientCertificateSubjectHeader: option('CACHITO_CLIENT_CERTIFICATE_SUBJECT_HEADER', values.headerName),
  clientCertificateVerdictHeader: option('CACHITO_CLIENT_CERTIFICATE_VERDICT_HEADER', values.headerName),
  userRepresentatives: option('CACHITO_USER_REPRESENTATIVES', values.textList),
  workerUsernames: option('CACHITO_WORKER_USERNAMES', values.textList),
  administrators: option('CACHITO_ADMINISTRATORS', values.textList),
  kerberosService: option('CACHITO_KERBEROS_SERVICE', values.kerberosService),
  kerberosKeytab: option('CACHITO_KERBEROS_KEYTAB', text),
  oidcFile: option('CACHITO_OIDC_FILE', text),
  tokensFile: option('CACHITO_TOKENS_FILE', text),
  readRequiresLogin: option('CACHITO_READ_REQUIRES_LOGIN', values.boolean),
  hostReaders: option('CACHITO_HOST_READERS', values.mapOfTextLists),
  requestsPerMinute: option('CACHITO_REQUESTS_PER_MINUTE', values.integer(1, 1_000_000)),
  unfinishedRequests: option('CACHITO_UNFINISHED_REQUESTS', values.integer(1, 1_000_000)),

  dataDirectory: option('CACHITO_DATA_DIR', text),
  sourcesDirectory: option('CACHITO_SOURCES_DIR', text, { aliases: ['CACHITO_ARCHIVES_DIR'] }),
  bundlesDirectory: option('CACHITO_BUNDLES_DIR', text, { aliases: ['CACHITO_SHARED_DIR'] }),
  databaseUrl: option('DATABASE_URL', values.databaseUrl, { aliases: ['SQLALCHEMY_DATABASE_URI'], secret: true }),
  // Duties of the fleet hold a connection while they use others.
  databasePoolSize: option('CACHITO_DATABASE_POOL_SIZE', values.integer(5, 200)),
  redisUrl: option('REDIS_URL', values.redisUrl, { secret: true }),

  s3Bucket: option('CACHITO_S3_BUCKET', values.bucketName),
  s3Endpoint: option('CACHITO_S3_ENDPOINT', values.baseUrl),
  s3Region: option('CACHITO_S3_REGION', values.regionName),
  s3Prefix: option('CACHITO_S3_PREFIX', values.keyPrefix),
  s3PathStyle: option('CACHITO_S3_PATH_STYLE', values.boolean),
  s3AccessKeyId: option('CACHITO_S3_ACCESS_KEY_ID', values.accessKeyId),
  s3SecretAccessKeyFile: option('CACHITO_S3_SECRET_ACCESS_KEY_FILE', text),
  s3CertificatesFile: option('CACHITO_S3_CA_FILE', text),
  s3DirectDownloads: option('CACHITO_S3_DIRECT_DOWNLOADS', values.boolean),

  defaultPackageManagers: option('CACHITO_DEFAULT_PACKAGE_MANAGERS', values.listOf(PACKAGE_MANAGER_NAMES)),
  enabledPackageManagers: option('CACHITO_PACKAGE_MANAGERS', values.listOf(PACKAGE_MANAGER_NAMES)),
  mutuallyExclusivePackageManagers: option(
    'CACHITO_MUTUALLY_EXCLUSIVE_PACKAGE_MANAGERS',
    values.listOfPairs(PACKAGE_MANAGER_NAMES),
  ),
  defaultEnvironmentVariables: option('CACHITO_DEFAULT_ENVIRONMENT_VARIABLES', defaultVariables),

  workerConcurrency: option('CACHITO_WORKER_CONCURRENCY', values.integer(1, 100)),
  workerPackageManagers: option('CACHITO_WORKER_PACKAGE_MANAGERS', values.listOf(PACKAGE_MANAGER_NAMES)),
  requestTimeout: option('CACHITO_REQUEST_TIMEOUT', values.duration('seconds', 1, 604_800)),
  drainTimeout: option('CACHITO_DRAIN_TIMEOUT', values.duration('seconds', 0, 604_800)),
  subprocessTimeout: option('CACHITO_SUBPROCESS_TIMEOUT', values.duration('seconds', 1, 604_800)),
  requestLifetime: option('CACHITO_REQUEST_LIFETIME', values.duration('days', 0, YEARS)),
  failedRequestLifetime: option('CACHITO_REQUEST_LIFETIME_FAILED', values.duration('days', 0, YEARS)),
  evidenceRetention: option('CACHITO_EVIDENCE_RETENTION', values.duration('days', 1, YEARS)),
  pruneArchives: option('CACHITO_PRUNE_ARCHIVES', values.boolean),
  archivesDefaultAge: option('CACHITO_ARCHIVES_DEFAULT_AGE_DAYS', values.duration('days', 0, YEARS)),
  archivesMinimumAge: option('CACHITO_ARCHIVES_MINIMUM_AGE_DAYS', values.duration('days', 0, YEARS)),

  downloadConcurrency: option('CACHITO_DOWNLOAD_CONCURRENCY', values.integer(1, 1_000)),
  downloadTimeout: option('CACHITO_DOWNLOAD_TIMEOUT', values.duration('seconds', 1, 86_400)),
  allowedPrivateNetworks: option('CACHITO_ALLOWED_PRIVATE_NETWORKS', values.networks),
  maxArtifactSize: option('CACHITO_MAX_ARTIFACT_SIZE', values.integer(1, Number.MAX_SAFE_INTEGER, 'bytes')),
  maxSourceSize: option('CACHITO_MAX_SOURCE_SIZE', values.integer(1, Number.MAX_SAFE_INTEGER, 'bytes')),

  upstreamsFile: option('CACHITO_UPSTREAMS_FILE', text),

  javascriptConcurrency: option('CACHITO_JS_CONCURRENCY_LIMIT', values.integer(1, 1_000)),
  javascriptDownloadTries: option('CACHITO_JS_DOWNLOAD_MAX_TRIES', values.integer(1, 100)),
  npmFileDependencyAllowlist: option('CACHITO_NPM_FILE_DEPS_ALLOWLIST', values.mapOfTextLists),
  npmGitScripts: option('CACHITO_NPM_GIT_SCRIPTS', values.oneOf('reject', 'ignore')),
  npmMinIntegrity: option('CACHITO_NPM_MIN_INTEGRITY', values.oneOf('none', 'sha512')),
  npmQuietClients: option('CACHITO_NPM_QUIET_CLIENTS', values.boolean),

  athensUrl: option('CACHITO_ATHENS_URL', values.baseUrl),
  pipStrictCompat: option('CACHITO_PIP_STRICT_COMPAT', values.boolean),
  pipNameFromRepository: option('CACHITO_PIP_NAME_FROM_REPOSITORY', values.boolean),
  pipAllowYanked: option('CACHITO_PIP_ALLOW_YANKED', values.boolean),
  pipFlatLayout: option('CACHITO_PIP_FLAT_LAYOUT', values.boolean),
  registryCertificates: option('CACHITO_NEXUS_CA_CERT', text),
  provenanceKeyFile: option('CACHITO_PROVENANCE_KEY_FILE', text),
  gomodDownloadTries: option('CACHITO_GOMOD_DOWNLOAD_MAX_TRIES', values.integer(1, 100)),
  gomodIgnoreMissingGoMod: option('CACHITO_GOMOD_IGNORE_MISSING_GOMOD_FILE', values.boolean),
  gomodMaxMemory: option('CACHITO_GOMOD_MAX_MEMORY', values.integer(2 ** 26, Number.MAX_SAFE_INTEGER, 'bytes')),
  gomodMaxToolchain: option('CACHITO_GOMOD_MAX_TOOLCHAIN', values.goVersion),
  gomodStrictVendor: option('CACHITO_GOMOD_STRICT_VENDOR', values.boolean),
  gomodToolchains: option('CACHITO_GOMOD_TOOLCHAINS', values.oneOf('fetch', 'installed')),

  metricsPort: option('CACHITO_METRICS_PORT', values.integer(0, 65_535)),
  logLevel: option('CACHITO_LOG_LEVEL', level),
  logFormat: option('CACHITO_LOG_FORMAT', values.oneOf('pretty', 'json')),
  requestLogsDirectory: option('CACHITO_REQUEST_FILE_LOGS_DIR', text, { allowsEmpty: true }),
  requestLogsLevel: option('CACHITO_REQUEST_FILE_LOGS_LEVEL', level),
  requestLogsMode: option('CACHITO_REQUEST_FILE_LOGS_PERM', values.fileMode),
};
