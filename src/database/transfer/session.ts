import pg from 'pg';
import { CachitoError, DatabaseError } from '../../errors/index.js';
import { redactSecrets } from '../../observability/index.js';
import { beginSession, NO_LIMITS } from '../session-limits.js';
import { OTHER_PROCESSES, sessionName } from '../session-name.js';

/** Which database an error is about. */
export type Side = 'source' | 'target';

/** Milliseconds that a lock is waited for: whoever holds it has not been stopped. */
const LOCK_TIMEOUT = 10_000;

/** Both sides write values in the same way. */
const PLAIN_TEXT = [
  `SET DateStyle = 'ISO, YMD'`,
  `SET IntervalStyle = 'postgres'`,
  `SET bytea_output = 'hex'`,
  `SET extra_float_digits = 1`,
  `SET lock_timeout = ${LOCK_TIMEOUT}`,
].join('; ');

/** Does something on a connection of its own, in one transaction that an error undoes. Throws `DatabaseError`. */
export async function onSession<T>(url: string, side: Side, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const session = await openSession(url, side);
  try {
    return await work(session);
  } catch (error) {
    throw refusal(side, error);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** A connection without limits of time. Throws `DatabaseError`. */
export async function openSession(url: string, side: Side): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: sessionName('transfer'),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // Without a listener a connection that breaks would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`${beginSession(NO_LIMITS)}; ${PLAIN_TEXT}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw refusal(side, error);
  }
}

/** Throws `DatabaseError` when another process of Cachito is connected to this database. */
export async function refuseOtherProcesses(client: pg.Client, side: Side): Promise<void> {
  const { rows } = await client.query<{ name: string }>(OTHER_PROCESSES);
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name.replace(/^cachito ?/, '') || 'of an earlier version').join(', ');
  throw new DatabaseError(
    `Cachito is running on the ${side} database (${names}). Stop all of its processes, then try again.`,
  );
}

const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'Check user and password.',
  '28000': 'Check user and password, and what the server allows.',
  '3F000': 'The user must own the database and everything in it.',
  '3D000': 'Create it, with its user as the owner.',
  '42501': 'The user must own the database and everything in it.',
  '53100': 'Its disk is full.',
  '55P03': 'Something else works on it: stop that.',
};

/** An error of PostgreSQL, or of the connection to it, for people. */
export function refusal(side: Side, error: unknown): Error {
  if (error instanceof CachitoError) return error;
  const text = redactSecrets(error instanceof Error ? error.message || String(codeOf(error)) : String(error));
  const hint = HINTS[codeOf(error) ?? ''];
  return new DatabaseError(`The ${side} database: ${text}${hint === undefined ? '' : `. ${hint}`}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
