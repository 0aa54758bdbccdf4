import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { redactSecrets } from '../observability/index.js';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** Connections of one process; PostgreSQL allows 100 in all by default, and there may be several processes. */
const POOL_SIZE = 15;
/** Key of the advisory lock around migrations, which all Cachito processes agree on. */
const MIGRATION_LOCK = 4_283_764_211;

/**
 * How every part of the service connects. The pool drops a connection that breaks and makes a new one with the next
 * query, so an outage of the server costs the queries that ran, nothing more.
 */
export function postgresOptions(url: string): PostgresOptions {
  const log = new Logger('Database');
  return {
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    installExtensions: false,
    logging: false,
    applicationName: 'cachito',
    connectTimeoutMS: 10_000,
    poolSize: POOL_SIZE,
    poolErrorHandler: (error: unknown) => log.warn(`A database connection broke: ${redactSecrets(String(error))}`),
    extra: { keepAlive: true, onConnect: inUtc },
  };
}

/** Not by a start parameter: poolers in front of PostgreSQL refuse those. */
async function inUtc(client: pg.PoolClient): Promise<void> {
  await client.query(`SET TIME ZONE 'UTC'`);
}

/** Connects and brings the schema up to date. On any error nothing stays open. */
export async function openDataSource(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (options === undefined) throw new TypeError('no options');
  const dataSource = await new DataSource(options).initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
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
