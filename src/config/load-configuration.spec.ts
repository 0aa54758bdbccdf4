import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Configuration } from './configuration.js';
import { ConfigurationError } from './configuration-error.js';
import { loadConfiguration } from './load-configuration.js';
import { OPTION_NAMES } from './options/names.js';
import { BUILT_PACKAGE_MANAGERS } from './package-managers.js';

const DAY = 86_400_000;
const FOLDER = mkdtempSync(join(tmpdir(), 'cachito-configuration-spec-'));
const CERTIFICATES = join(FOLDER, 'ca.pem');
writeFileSync(CERTIFICATES, `Ours, until 2030\n${rootCertificates[0]}\n`);
const OIDC = join(FOLDER, 'oidc.yaml');
writeFileSync(OIDC, JSON.stringify([{ issuer: 'https://issuer.example', audience: 'cachito', rules: [{ claims: { sub: 'x' }, user: 'job:{sub}' }] }]));
const TOKENS = join(FOLDER, 'tokens.yaml');
writeFileSync(TOKENS, JSON.stringify([{ user: 'bot', sha256: 'a'.repeat(64) }]), { mode: 0o600 });
afterAll(() => rmSync(FOLDER, { recursive: true }));
const HOME = { HOME: '/home/ada' };

function configurationOf(environment: Record<string, string>, argv: string[] = []): Configuration {
  return loadConfiguration({ ...HOME, ...environment }, argv).configuration;
}

function problemsOf(environment: Record<string, string>, argv: string[] = []): readonly string[] {
  try {
    loadConfiguration({ ...HOME, ...environment }, argv);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const SPLIT = { DATABASE_URL: 'postgres://db/cachito', CACHITO_PUBLIC_URL: 'https://cachito.example/' };
const PROXIES = { CACHITO_TRUSTED_PROXIES: '10.0.0.1' };

describe('loadConfiguration', () => {
  it('needs nothing', () => {
    const { configuration, warnings } = loadConfiguration({ ...HOME, CACHITO_DATA_DIR: '/data' }, []);
    expect(warnings).toEqual([]);
    expect(configuration).toMatchObject({
      role: 'all',
      server: { host: '127.0.0.1', port: 8080, publicUrl: undefined, maxPerPage: 100, waitTimeout: 60_000 },
      auth: { loginDisabled: true, trustedProxies: [], remoteUserHeader: 'x-remote-user', workerUsernames: [] },
      directories: { data: '/data', sources: '/data/sources', bundles: '/data/bundles', database: '/data/database' },
      database: { url: undefined },
      requests: {
        defaultPackageManagers: ['gomod'],
        enabledPackageManagers: BUILT_PACKAGE_MANAGERS,
        mutuallyExclusivePackageManagers: [['npm', 'yarn']],
        defaultEnvironmentVariables: { gomod: { GOSUMDB: { value: 'off', kind: 'literal' } } },
      },
      worker: { concurrency: 2, requestTimeout: 7_200_000, requestLifetime: DAY, failedRequestLifetime: 7 * DAY },
      outbound: { concurrency: 25, timeout: 120_000, allowedPrivateNetworks: [], maxArtifactSize: 2 ** 31 },
      logs: { level: 'info', requestLogsDirectory: '/data/logs', requestLogsLevel: 'debug', requestLogsMode: 0o660 },
    });
    expect(Object.isFrozen(configuration.server)).toBe(true);
  });

  it.each<[string, Record<string, string>, (configuration: Configuration) => unknown, unknown]>([
    ['an empty value is none', { PORT: '', CACHITO_MAX_PER_PAGE: ' ' }, ({ server }) => server.port, 8080],
    ['request logs off', { CACHITO_REQUEST_FILE_LOGS_DIR: '' }, ({ logs }) => logs.requestLogsDirectory, undefined],
    ['request logs', { CACHITO_REQUEST_FILE_LOGS_DIR: '/l' }, ({ logs }) => logs.requestLogsDirectory, '/l'],
    ['mode', { CACHITO_REQUEST_FILE_LOGS_PERM: '0o640' }, ({ logs }) => logs.requestLogsMode, 0o640],
    ['level of Python', { CACHITO_LOG_LEVEL: 'WARNING' }, ({ logs }) => logs.level, 'warn'],
    ['very old name of sources', { CACHITO_ARCHIVES_DIR: '/a' }, ({ directories }) => directories.sources, '/a'],
    ['very old name of bundles', { CACHITO_SHARED_DIR: '/s' }, ({ directories }) => directories.bundles, '/s'],
    ['both names, one value', { CACHITO_SHARED_DIR: '/s', CACHITO_BUNDLES_DIR: '/s' }, ({ directories }) => directories.bundles, '/s'],
    ['database', { DATABASE_URL: 'postgres://u:p@h/d' }, ({ database }) => database.url, 'postgresql://u:p@h/d'],
    [
      'database of SQLAlchemy',
      { SQLALCHEMY_DATABASE_URI: 'postgresql+psycopg2://u:p@h:1/d?sslmode=require' },
      ({ database }) => database.url,
      'postgresql://u:p@h:1/d?sslmode=require',
    ],
    ['database connections', { CACHITO_DATABASE_POOL_SIZE: '40' }, ({ database }) => database.poolSize, 40],
    ['queue', { REDIS_URL: 'rediss://u:p%40@h:1/2' }, ({ queue }) => queue.redisUrl, 'rediss://u:p%40@h:1/2'],
    ['public address', { CACHITO_PUBLIC_URL: 'https://a.example/c//' }, ({ server }) => server.publicUrl, 'https://a.example/c'],
    ['seconds', { CACHITO_WAIT_TIMEOUT: '0.5' }, ({ server }) => server.waitTimeout, 500],
    ['days', { CACHITO_EVIDENCE_RETENTION: '30' }, ({ worker }) => worker.evidenceRetention, 30 * DAY],
    ['boolean of Python', { LOGIN_DISABLED: 'True', HOST: '0.0.0.0' }, ({ auth }) => auth.loginDisabled, true],
    ['login stays on behind a proxy', PROXIES, ({ auth }) => auth.loginDisabled, false],
    ['login may be forced on loopback', { LOGIN_DISABLED: 'false' }, ({ auth }) => auth.loginDisabled, false],
    ['proxies', { CACHITO_TRUSTED_PROXIES: '["10.0.0.0/8"]' }, ({ auth }) => auth.trustedProxies, ['10.0.0.0/8']],
    ['header', { CACHITO_REMOTE_USER_HEADER: 'REMOTE_USER' }, ({ auth }) => auth.remoteUserHeader, 'remote_user'],
    [
      'networks by comma',
      { CACHITO_ALLOWED_PRIVATE_NETWORKS: '10.0.0.0/8, ::1 ,fd00::/8' },
      ({ outbound }) => outbound.allowedPrivateNetworks,
      ['10.0.0.0/8', '::1/128', 'fd00::/8'],
    ],
    ['users', { CACHITO_WORKER_USERNAMES: '["w1","w2"]' }, ({ auth }) => auth.workerUsernames, ['w1', 'w2']],
    ['none enabled', { CACHITO_PACKAGE_MANAGERS: '[]' }, ({ requests }) => requests.enabledPackageManagers, []],
    [
      'pairs',
      { CACHITO_MUTUALLY_EXCLUSIVE_PACKAGE_MANAGERS: '[["gomod","git-submodule"]]' },
      ({ requests }) => requests.mutuallyExclusivePackageManagers,
      [['gomod', 'git-submodule']],
    ],
    [
      'variables',
      { CACHITO_DEFAULT_ENVIRONMENT_VARIABLES: '{"npm":{"A":{"value":"deps/x","kind":"path"}}}' },
      ({ requests }) => requests.defaultEnvironmentVariables,
      { npm: { A: { value: 'deps/x', kind: 'path' } } },
    ],
    [
      'npm',
      {
        CACHITO_JS_CONCURRENCY_LIMIT: '7',
        CACHITO_JS_DOWNLOAD_MAX_TRIES: '3',
        CACHITO_NPM_FILE_DEPS_ALLOWLIST: '{"main":["one","two"],"__proto__":["three"]}',
        CACHITO_NPM_GIT_SCRIPTS: 'ignore',
        CACHITO_NPM_MIN_INTEGRITY: 'SHA512',
        CACHITO_NPM_QUIET_CLIENTS: 'True',
      },
      ({ npm }) => ({ ...npm, fileDependencyAllowlist: Object.entries(npm.fileDependencyAllowlist) }),
      {
        concurrency: 7,
        downloadTries: 3,
        fileDependencyAllowlist: [['main', ['one', 'two']], ['__proto__', ['three']]],
        gitScripts: 'ignore',
        minIntegrity: 'sha512',
        quietClients: true,
      },
    ],
    [
      'pip',
      {
        CACHITO_PIP_STRICT_COMPAT: 'true',
        CACHITO_PIP_NAME_FROM_REPOSITORY: 'True',
        CACHITO_PIP_ALLOW_YANKED: 'TRUE',
        CACHITO_PIP_FLAT_LAYOUT: 'true',
      },
      ({ pip }) => pip,
      { strictCompat: true, nameFromRepository: true, allowYanked: true, flatLayout: true },
    ],
    ['pip, by default', {}, ({ pip }) => Object.values(pip), [false, false, false, false]],
    ['certificates of registries', { CACHITO_NEXUS_CA_CERT: CERTIFICATES }, ({ registries }) => registries.caCertificates, `${rootCertificates[0]}\n`],
    ['no proxies', { REQUEST_METHOD: 'GET', HTTP_PROXY: 'http://evil' }, ({ outbound }) => outbound.proxies, { http: undefined, https: undefined, noProxy: '' }],
    ['no name of a prototype in a map', { CACHITO_NPM_FILE_DEPS_ALLOWLIST: '{}' }, ({ npm }) => 'constructor' in npm.fileDependencyAllowlist, false],
    [
      'proxies, lower case first',
      { http_proxy: 'proxy:3128', HTTP_PROXY: 'http://other', HTTPS_PROXY: 'https://u:p%40@proxy:8443/', NO_PROXY: 'a', no_proxy: '.b, c:8' },
      ({ outbound }) => outbound.proxies,
      { http: 'http://proxy:3128/', https: 'https://u:p%40@proxy:8443/', noProxy: '.b, c:8' },
    ],
    [
      'a proxy for all, and upper case',
      { ALL_PROXY: 'http://all:1', HTTP_PROXY: 'http://upper:2' },
      ({ outbound }) => outbound.proxies,
      { http: 'http://upper:2/', https: 'http://all:1/', noProxy: '' },
    ],
    [
      'what Kubernetes injects',
      {
        CACHITO_PORT: 'tcp://10.1.2.3:8080',
        CACHITO_SERVICE_HOST: '10.1.2.3',
        CACHITO_PORT_8080_TCP_ADDR: '10.1.2.3',
        CACHITO_API_SERVICE_PORT_HTTP: '80',
        CACHITO_API_PORT: 'tcp://10.1.2.3:80',
      },
      ({ role }) => role,
      'all',
    ],
  ])('reads: %s', (_, environment, part, expected) => {
    expect(part(configurationOf(environment))).toEqual(expected);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['--api-only', ['--api-only'], SPLIT, 'api'],
    ['--worker-only', ['--worker-only'], SPLIT, 'worker'],
    ['a flag and the same role', ['--worker-only'], { ...SPLIT, CACHITO_ROLE: 'worker' }, 'worker'],
    ['a variable', [], { ...SPLIT, CACHITO_ROLE: 'api' }, 'api'],
    ['a worker on every interface: it serves nothing', ['--worker-only'], { ...SPLIT, HOST: '0.0.0.0' }, 'worker'],
  ])('takes the role of %s', (_, argv, environment, role) => {
    expect(configurationOf(environment, argv).role).toBe(role);
  });

  it.each<[string, Record<string, string>]>([
    ['a proxy', { CACHITO_TRUSTED_PROXIES: '10.0.0.1' }],
    ['Kerberos', { CACHITO_KERBEROS_SERVICE: 'HTTP@cachito.example' }],
    ['OpenID Connect', { CACHITO_OIDC_FILE: OIDC }],
    ['static tokens', { CACHITO_TOKENS_FILE: TOKENS }],
    ['everybody', { LOGIN_DISABLED: 'true' }],
  ])('lets other machines in when one may log in, by one way alone: %s', (_, way) => {
    const { configuration } = loadConfiguration({ ...HOME, HOST: '0.0.0.0', ...way }, []);
    expect(configuration.auth.loginDisabled).toBe(way.LOGIN_DISABLED === 'true');
    for (const HOST of ['::', 'cachito.example']) expect(problemsOf({ HOST, ...way })).toEqual([]);
  });

  it.each<[string, Record<string, string>, string[], RegExp[]]>([
    ['unknown name', { CACHITO_WAIT_TIMOUT: '5' }, [], [/^CACHITO_WAIT_TIMOUT is not an option; did you mean CACHITO_WAIT_TIMEOUT\?$/]],
    ['unknown name, unlike any', { CACHITO_XYZZY_PLUGH_FOO: '5' }, [], [/docs\/configuration\.md/]],
    ['unknown argument', {}, ['--foo'], [/"--foo" is not an argument; there are --api-only and --worker-only/]],
    ['number', { PORT: '8080x' }, [], [/^PORT="8080x" must be a whole number from 0 to 65535$/]],
    ['number out of range', { PORT: '65536' }, [], [/from 0 to 65535/]],
    ['number forms', { CACHITO_MAX_PER_PAGE: '1e2' }, [], [/CACHITO_MAX_PER_PAGE="1e2"/]],
    ['negative', { CACHITO_REQUEST_TIMEOUT: '-1' }, [], [/number of seconds from 1/]],
    ['cannot be disabled', { CACHITO_SUBPROCESS_TIMEOUT: '0' }, [], [/CACHITO_SUBPROCESS_TIMEOUT="0"/]],
    ['boolean', { LOGIN_DISABLED: '1' }, [], [/must be true or false/]],
    ['role', { CACHITO_ROLE: 'both' }, [], [/must be one of all, api, worker/]],
    ['roles that contradict', { ...SPLIT, CACHITO_ROLE: 'api' }, ['--worker-only'], [/contradict/]],
    ['both flags', SPLIT, ['--api-only', '--worker-only'], [/contradict/]],
    ['split role alone', {}, ['--api-only'], [/only the API needs DATABASE_URL/, /needs CACHITO_PUBLIC_URL/]],
    ['split role by variable', { CACHITO_ROLE: 'worker' }, [], [/only a worker needs DATABASE_URL/, /needs CACHITO_PUBLIC_URL/]],
    ['open to all', { HOST: '0.0.0.0' }, [], [/^HOST="0\.0\.0\.0" .*CACHITO_TRUSTED_PROXIES.*LOGIN_DISABLED=true/]],
    ['open to all, IPv6', { HOST: '::' }, [], [/LOGIN_DISABLED=true/]],
    ['open to all, login required', { HOST: 'cachito.example', LOGIN_DISABLED: 'false' }, [], [/nobody can log in/]],
    ['host', { HOST: 'a b' }, [], [/IP address or a host name/]],
    ['database kind', { DATABASE_URL: 'mysql://u:hunter2@h/d' }, [], [/^DATABASE_URL \(value not shown\) must be an address like/]],
    ['too few database connections', { CACHITO_DATABASE_POOL_SIZE: '4' }, [], [/^CACHITO_DATABASE_POOL_SIZE/]],
    ['queue kind', { REDIS_URL: 'amqp://u:hunter2@h' }, [], [/^REDIS_URL \(value not shown\) must be an address like redis:/]],
    ['queue without a host', { REDIS_URL: 'redis:///0' }, [], [/^REDIS_URL/]],
    ['queue with more', { REDIS_URL: 'redis://:hunter2@h/0?tls=true' }, [], [/^REDIS_URL/]],
    ['queue with broken credentials', { REDIS_URL: 'redis://u:hunter2%@h' }, [], [/^REDIS_URL/]],
    ['two databases', { DATABASE_URL: 'postgres://a/b', SQLALCHEMY_DATABASE_URI: 'postgres://c/d' }, [], [/mean the same/]],
    ['credentials in public address', { CACHITO_PUBLIC_URL: 'https://u:hunter2@h' }, [], [/\(value not shown\)/]],
    ['public address', { CACHITO_PUBLIC_URL: 'ftp://h' }, [], [/http or https/]],
    ['list', { CACHITO_USER_REPRESENTATIVES: 'a,b' }, [], [/must be JSON/]],
    ['list of texts', { CACHITO_USER_REPRESENTATIVES: '[1]' }, [], [/JSON list of texts/]],
    ['package manager', { CACHITO_PACKAGE_MANAGERS: '["cargo"]' }, [], [/some of gomod, npm, pip/]],
    ['no pairs', { CACHITO_MUTUALLY_EXCLUSIVE_PACKAGE_MANAGERS: '[["npm"]]' }, [], [/pairs/]],
    ['pair of one', { CACHITO_MUTUALLY_EXCLUSIVE_PACKAGE_MANAGERS: '[["npm","npm"]]' }, [], [/different/]],
    ['network', { CACHITO_ALLOWED_PRIVATE_NETWORKS: '10.0.0.0/33' }, [], [/"10\.0\.0\.0\/33" is none/]],
    ['network forms', { CACHITO_ALLOWED_PRIVATE_NETWORKS: '0x7f.1' }, [], [/is none/]],
    ['header', { CACHITO_REMOTE_USER_HEADER: 'a b' }, [], [/HTTP header/]],
    ['variables', { CACHITO_DEFAULT_ENVIRONMENT_VARIABLES: '{"npm":{"A":"b"}}' }, [], [/"kind": "literal"/]],
    ['variables with more', { CACHITO_DEFAULT_ENVIRONMENT_VARIABLES: '{"npm":{"A":{"value":"","kind":"path","x":1}}}' }, [], [/no other key/]],
    ['reserved variable', { CACHITO_DEFAULT_ENVIRONMENT_VARIABLES: '{"gomod":{"GOPATH":{"value":"x","kind":"path"}}}' }, [], [/must not set GOPATH/]],
    ['prototype', { CACHITO_DEFAULT_ENVIRONMENT_VARIABLES: '{"__proto__":{}}' }, [], [/"__proto__" is none/]],
    ['map of lists', { CACHITO_NPM_FILE_DEPS_ALLOWLIST: '{"a":"b"}' }, [], [/^CACHITO_NPM_FILE_DEPS_ALLOWLIST=.* must be a JSON map of lists/]],
    ['tries', { CACHITO_JS_DOWNLOAD_MAX_TRIES: '0' }, [], [/from 1 to 100/]],
    ['git scripts', { CACHITO_NPM_GIT_SCRIPTS: 'run' }, [], [/one of reject, ignore/]],
    ['integrity', { CACHITO_NPM_MIN_INTEGRITY: 'sha1' }, [], [/one of none, sha512/]],
    ['proxy of another kind', { ALL_PROXY: 'socks5://u:hunter2@proxy' }, [], [/^ALL_PROXY \(value not shown\) must be an http or https address/]],
    ['proxy that is no address', { https_proxy: 'http://u:hunter2@' }, [], [/^https_proxy \(value not shown\)/]],
    ['proxy with a path', { HTTPS_PROXY: 'http://u:hunter2@proxy/x' }, [], [/^HTTPS_PROXY/]],
    ['proxy with broken credentials', { HTTPS_PROXY: 'http://u:hunter2%@proxy' }, [], [/^HTTPS_PROXY/]],
    ['mode', { CACHITO_REQUEST_FILE_LOGS_PERM: '999' }, [], [/octal/]],
    ['pip', { CACHITO_PIP_ALLOW_YANKED: 'yes' }, [], [/^CACHITO_PIP_ALLOW_YANKED="yes" must be true or false/]],
    ['certificates that are not there', { CACHITO_NEXUS_CA_CERT: '/no/such.pem' }, [], [/^CACHITO_NEXUS_CA_CERT \(\/no\/such\.pem\)/]],
    ['certificates that are none', { CACHITO_NEXUS_CA_CERT: import.meta.filename }, [], [/^CACHITO_NEXUS_CA_CERT \(.*certificate/]],
    ['folders in each other', { CACHITO_DATA_DIR: '/d', CACHITO_SOURCES_DIR: '/d' }, [], [/CACHITO_SOURCES_DIR \(\/d\) and/]],
    ['one folder for two', { CACHITO_SOURCES_DIR: '/x', CACHITO_BUNDLES_DIR: '/x/' }, [], [/CACHITO_BUNDLES_DIR \(\/x\)/]],
    ['ages', { CACHITO_ARCHIVES_DEFAULT_AGE_DAYS: '3' }, [], [/must not be less/]],
    ['several', { PORT: 'x', CACHITO_ROLE: 'y', LOGIN_DISABLED: 'z' }, [], [/^PORT/, /^CACHITO_ROLE/, /^LOGIN_DISABLED/]],
  ])('refuses: %s', (_, environment, argv, expected) => {
    const problems = problemsOf(environment, argv);
    for (const pattern of expected) expect(problems).toContainEqual(expect.stringMatching(pattern));
    expect(problems.join('\n')).not.toContain('hunter2');
    expect(new ConfigurationError(problems).message.split('\n')).toHaveLength(problems.length + 1);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a later feature', { CACHITO_NEXUS_PASSWORD: 'hunter2' }, /^CACHITO_NEXUS_PASSWORD is ignored: this version does not have Nexus yet\.$/],
    ['an obsolete name', { BROKER_URL: 'amqp://' }, /^BROKER_URL is ignored/],
    ['a log format of Python', { CACHITO_LOG_FORMAT: '%(asctime)s %(message)s' }, /^CACHITO_LOG_FORMAT is ignored/],
    ['a package manager that is not built', { CACHITO_PACKAGE_MANAGERS: '["rubygems","git-submodule"]' }, /names rubygems, which this version does not have/],
    ['a default that is not enabled', { CACHITO_DEFAULT_PACKAGE_MANAGERS: '["rubygems"]' }, /names rubygems, which is not enabled/],
    ['open to all', { HOST: '0.0.0.0', LOGIN_DISABLED: 'true' }, /everybody who reaches 0\.0\.0\.0/],
  ])('warns of %s', (_, environment, expected) => {
    const { warnings } = loadConfiguration({ ...HOME, ...environment }, []);
    expect(warnings).toEqual([expect.stringMatching(expected)]);
    expect(warnings.join()).not.toContain('hunter2');
  });

  it('accepts every name of an older installation, whatever the values of those that it ignores', () => {
    const ignored = OPTION_NAMES.filter(({ standing }) => standing === 'ignored');
    const { warnings } = loadConfiguration({ ...HOME, ...Object.fromEntries(ignored.map(({ name }) => [name, '?'])) }, []);
    expect(warnings).toHaveLength(ignored.length);
  });

  it('survives any text as any value', () => {
    const names = OPTION_NAMES.map(({ name }) => name);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json()), (name, value) => {
        problemsOf({ [name]: value });
      }),
      { numRuns: 2_000 },
    );
  });
});
