import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from './configuration.js';
import { BUILT_PACKAGE_MANAGERS } from './package-managers.js';
import { PUBLIC_UPSTREAMS } from './upstreams/upstreams.js';

/** Any part of a configuration; lists and maps are given whole. */
export type ConfigurationOverrides = { [Section in keyof Configuration]?: Partial<Configuration[Section]> };

/**
 * A complete configuration for a spec: default values, every directory below one fresh temporary folder that is removed
 * when the process has ended (or earlier by the spec: it is `directories.data`). Loopback may be reached; login is off.
 */
export function testConfiguration(overrides: ConfigurationOverrides = {}): Configuration {
  const data = overrides.directories?.data ?? temporaryFolder();
  const defaults = defaultsBelow(data);
  const merged: Configuration = {
    role: overrides.role ?? defaults.role,
    server: { ...defaults.server, ...overrides.server },
    auth: { ...defaults.auth, ...overrides.auth },
    directories: { ...defaults.directories, ...overrides.directories },
    database: { ...defaults.database, ...overrides.database },
    store: { ...defaults.store, ...overrides.store },
    queue: { ...defaults.queue, ...overrides.queue },
    requests: { ...defaults.requests, ...overrides.requests },
    worker: { ...defaults.worker, ...overrides.worker },
    outbound: { ...defaults.outbound, ...overrides.outbound },
    npm: { ...defaults.npm, ...overrides.npm },
    gomod: { ...defaults.gomod, ...overrides.gomod },
    pip: { ...defaults.pip, ...overrides.pip },
    registries: { ...defaults.registries, ...overrides.registries },
    provenance: { ...defaults.provenance, ...overrides.provenance },
    upstreams: { ...defaults.upstreams, ...overrides.upstreams },
    metrics: { ...defaults.metrics, ...overrides.metrics },
    logs: { ...defaults.logs, ...overrides.logs },
  };
  return merged;
}

const DAY = 24 * 60 * 60 * 1000;
const GIB = 2 ** 30;

function defaultsBelow(data: string): Configuration {
  return {
    role: 'all',
    server: { host: '127.0.0.1', port: 0, publicUrl: undefined, maxPerPage: 100, waitTimeout: 60_000 },
    auth: {
      loginDisabled: true,
      trustedProxies: [],
      remoteUserHeader: 'x-remote-user',
      clientCertificateSubjectHeader: 'x-ssl-client-s-dn',
      clientCertificateVerdictHeader: 'x-ssl-client-verify',
      userRepresentatives: [],
      workerUsernames: [],
      administrators: [],
      kerberos: undefined,
      oidcIssuers: [],
      tokensFile: undefined,
      readRequiresLogin: false,
      hostReaders: {},
      requestsPerMinute: undefined,
      unfinishedRequests: undefined,
    },
    directories: {
      data,
      sources: join(data, 'sources'),
      bundles: join(data, 'bundles'),
      mirrors: join(data, 'mirrors'),
      database: join(data, 'database'),
      uploads: join(data, 'uploads'),
      temporary: join(data, 'temporary'),
      go: join(data, 'go'),
    },
    database: { url: undefined, poolSize: 15 },
    store: { s3: undefined },
    queue: { redisUrl: undefined },
    requests: {
      defaultPackageManagers: ['gomod'],
      enabledPackageManagers: BUILT_PACKAGE_MANAGERS,
      mutuallyExclusivePackageManagers: [['npm', 'yarn']],
      defaultEnvironmentVariables: {},
    },
    worker: {
      concurrency: 2,
      packageManagers: BUILT_PACKAGE_MANAGERS,
      requestTimeout: 7_200_000,
      drainTimeout: 30_000,
      subprocessTimeout: 3_600_000,
      requestLifetime: DAY,
      failedRequestLifetime: 7 * DAY,
      evidenceRetention: undefined,
      pruneArchives: false,
      archivesDefaultAge: 730 * DAY,
      archivesMinimumAge: 365 * DAY,
    },
    outbound: {
      concurrency: 25,
      timeout: 120_000,
      allowedPrivateNetworks: ['127.0.0.0/8', '::1/128'],
      maxArtifactSize: 2 * GIB,
      maxSourceSize: 10 * GIB,
      proxies: { http: undefined, https: undefined, noProxy: '' },
    },
    npm: {
      fileDependencyAllowlist: {},
      gitScripts: 'reject',
      minIntegrity: 'none',
      concurrency: undefined,
      downloadTries: 5,
      quietClients: false,
    },
    gomod: {
      downloadTries: 5,
      strictVendor: false,
      ignoreMissingGoMod: false,
      toolchains: 'fetch',
      maxToolchain: undefined,
      maxMemory: 4 * GIB,
      athensUrl: undefined,
    },
    pip: { strictCompat: false, nameFromRepository: false, allowYanked: false, flatLayout: false },
    registries: { caCertificates: undefined },
    provenance: { signingKey: undefined },
    upstreams: PUBLIC_UPSTREAMS,
    metrics: { port: undefined },
    logs: {
      level: 'error',
      format: 'json',
      requestLogsDirectory: join(data, 'logs'),
      requestLogsLevel: 'debug',
      requestLogsMode: 0o660,
    },
  };
}

/** Test runners do not always tell a module when they end, so the next one tidies up after those that are gone. */
function temporaryFolder(): string {
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `cachito-spec-${process.pid}-`));
  // The embedded PostgreSQL of root runs as another user, who must be able to enter.
  chmodSync(folder, 0o755);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^cachito-spec-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
