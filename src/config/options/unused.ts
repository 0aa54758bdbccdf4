/** Why a name is accepted, with a warning, and has no effect. */
interface Unused {
  name: string;
  /** Ends the sentence "… is ignored: ". */
  because: string;
  /** Another name of this one. */
  aliasOf?: string;
}

function group(because: string, ...names: string[]): Unused[] {
  return names.map((name) => ({ name, because }));
}

const later = (feature: string): string => `this version does not have ${feature} yet`;

/**
 * Names of older installations without a meaning here, and names whose feature comes with a later version. They never
 * stop the start, whatever their value.
 */
export const UNUSED: readonly Unused[] = [
  ...group('there is no message broker', 'BROKER_URL'),
  ...group(
    'workers do not call the API',
    'CACHITO_API_URL',
    'CACHITO_API_TIMEOUT',
    'CACHITO_AUTH_TYPE',
    'CACHITO_AUTH_CERT',
  ),
  ...group(
    'log formats of Python do not apply; see CACHITO_LOG_FORMAT',
    'CACHITO_ADDITIONAL_LOGGERS',
    'CACHITO_REQUEST_FILE_LOGS_FORMAT',
    'CACHITO_TASK_LOG_FORMAT',
  ),
  ...group('the Jaeger agent protocol is gone', 'CACHITO_JAEGER_EXPORTER_ENDPOINT', 'CACHITO_JAEGER_EXPORTER_PORT'),
  ...group('downloads have no batches', 'CACHITO_JS_DOWNLOAD_BATCH_SIZE'),
  ...group('local replacements need no list', 'CACHITO_GOMOD_FILE_DEPS_ALLOWLIST'),
  ...group(later('tracing'), 'CACHITO_OTLP_EXPORTER_ENDPOINT'),
  ...group('git does not log in by Kerberos; give it credentials in CACHITO_UPSTREAMS_FILE', 'KRB5_CLIENT_KTNAME'),
  ...group(later('yarn'), 'CACHITO_YARN_FILE_DEPS_ALLOWLIST'),
  ...group(later('RubyGems'), 'CACHITO_WORKERS_RUBYGEMS_FILE_DEPS_ALLOWLIST'),
  ...group(
    later('Nexus'),
    'CACHITO_NEXUS_HOSTER_IS_ORIENT_DB',
    'CACHITO_NEXUS_HOSTER_PASSWORD',
    'CACHITO_NEXUS_HOSTER_URL',
    'CACHITO_NEXUS_HOSTER_USERNAME',
    'CACHITO_NEXUS_JS_HOSTED_REPO_NAME',
    'CACHITO_NEXUS_MAX_SEARCH_ATTEMPTS',
    'CACHITO_NEXUS_NPM_PROXY_URL',
    'CACHITO_NEXUS_PASSWORD',
    'CACHITO_NEXUS_PIP_RAW_REPO_NAME',
    'CACHITO_NEXUS_PROXY_IS_ORIENT_DB',
    'CACHITO_NEXUS_PROXY_PASSWORD',
    'CACHITO_NEXUS_PROXY_USERNAME',
    'CACHITO_NEXUS_PYPI_PROXY_URL',
    'CACHITO_NEXUS_REQUEST_REPO_PREFIX',
    'CACHITO_NEXUS_RUBYGEMS_PROXY_URL',
    'CACHITO_NEXUS_RUBYGEMS_RAW_REPO_NAME',
    'CACHITO_NEXUS_TIMEOUT',
    'CACHITO_NEXUS_URL',
    'CACHITO_NEXUS_USERNAME',
  ),
  { name: 'CACHITO_NEXUS_NPM_PROXY_REPO_URL', because: later('Nexus'), aliasOf: 'CACHITO_NEXUS_NPM_PROXY_URL' },
];
