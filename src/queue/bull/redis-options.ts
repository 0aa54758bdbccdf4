import type { QueueOptions } from 'bull';
import { Handover } from './handover.js';
import type { RedisConnections } from './redis-connections.js';

/** Milliseconds. */
export interface BullTimes {
  /** After this long without a sign of life, a worker's id goes to another one. */
  lock: number;
  /** A fraction of the lock's time, so that two heart-beats may be late. */
  heartbeat: number;
  /** How often the workers look for ids whose lock is over. */
  stalled: number;
}

/** The lock lives as long as the lease of a request, so that the next worker finds both free. */
const BULL_TIMES: BullTimes = { lock: 10_000, heartbeat: 3_000, stalled: 2_000 };

/** Longest pause between two attempts to connect, milliseconds. */
const MAX_PAUSE = 1_000;

/** How to open the queue at an address that was checked (`redis://user:password@host:port/db`, `rediss://…`). */
export function bullOptions(
  address: string,
  connections: RedisConnections,
  times: BullTimes = BULL_TIMES,
): QueueOptions {
  return {
    prefix: 'cachito',
    redis: redisOptions(address),
    createClient: connections.open,
    settings: {
      lockDuration: times.lock,
      lockRenewTime: times.heartbeat,
      stalledInterval: times.stalled,
      // By default a job is thrown away when its second worker dies. Who has had enough is decided in the database.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      guardInterval: 1_000,
      retryProcessDelay: 1_000,
      backoffStrategies: { handover: Handover.delayOf },
    },
  };
}

function redisOptions(address: string): NonNullable<QueueOptions['redis']> {
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 6379),
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    db: Number(pathname.slice(1) || 0),
    ...(protocol === 'rediss:' && { tls: {} }),
    connectTimeout: 5_000,
    // See `Connection`.
    disableClientInfo: true,
    // Nobody would hear of its failure. Whoever reconnects looks for what is due by the guard's interval.
    autoResubscribe: false,
    keepAlive: 10_000,
    // The process need not wait longer for the other side to hang up, too.
    disconnectTimeout: 100,
    // A worker that has finished a job says so as soon as it is connected again, however long that takes.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, MAX_PAUSE),
  };
}
