import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { redactSecrets } from '../observability/index.js';
import { beginSession, limitsOf, NO_LIMITS, type SessionLimits } from './session-limits.js';
import { sessionName } from './session-name.js';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

export interface ConnectionOptions {
  /** Of every session; those of a worker unless given. */
  limits?: SessionLimits;
  /** Connections of one process; PostgreSQL allows 100 in all by default, and there may be several processes. */
  poolSize?: number;
}

const POOL_SIZE = 15;
/** Milliseconds of silence after which a connection is asked whether the server is there: it may have been cut off. */
const ASK_AFTER = 10_000;
/** Key of the advisory lock around migrations, which all Cachito processes agree on. */
const MIGRATION_LOCK = 4_283_764_211;

/**
 * How every part of the service connects. The pool drops a connection that breaks and makes a new one with the next
 * query, so an outage of the server costs the queries that ran, nothing more.
 */
export function postgresOptions(
  url: string,
  { limits = limitsOf('worker'), poolSize = POOL_SIZE }: ConnectionOptions = {},
): PostgresOptions {
  const log = new Logger('Database');
  return {
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    installExtensions: false,
    logging: false,
    applicationName: sessionName(),
    connectTimeoutMS: 10_000,
    poolSize,
    poolErrorHandler: (error: unknown) => log.warn(`A database connection broke: ${redactSecrets(String(error))}`),
    extra: {
      keepAlive: true,
      keepAliveInitialDelayMillis: ASK_AFTER,
      onConnect: (client: pg.PoolClient) => client.query(beginSession(limits)),
    },
  };
}

/** Brings the schema up to date and connects. On any error nothing stays open. */
export async function openDataSource(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (options?.type !== 'postgres' || options.url === undefined) throw new TypeError('PostgreSQL needs an address');
  await bringUpToDate(options.url);
  return new DataSource(options).initialize();
}

/** Migrations have connections of their own, without limits: they take as long as they take. */
export async function bringUpToDate(url: string): Promise<void> {
  const migrator = new DataSource(postgresOptions(url, { limits: NO_LIMITS, poolSize: 2 }));
  await migrator.initialize();
  try {
    await migrate(migrator);
  } finally {
    await migrator.destroy();
  }
}

/** Runs the migrations that are missing, one process at a time; the others wait, then find nothing to do. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const holder = dataSource.createQueryRunner();
  try {
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.runMigrations({ transaction: 'each' });
    await holder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await holder.release();
  }
}

/** Whether a later attempt to connect may succeed: the server is not there yet, starts, or has no connection left. */
export function isWorthRetrying(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EPIPE|57P0[1-3]|53300|08...)$/.test(
    code,
  );
}
