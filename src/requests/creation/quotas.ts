import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Configuration } from '../../config/index.js';
import { HttpProblem } from '../../http/index.js';
import { REQUEST_STATES } from '../request-state.js';

/** First key of the advisory locks taken here; the second one is of the user. */
const LOCK_SPACE = 0x7175_6f74;

/** Seconds. When one of somebody's unfinished requests will end is not known. */
const UNFINISHED_RETRY = 15;

/** A user has as many requests as they may have: 429. */
export class QuotaExceeded extends HttpProblem {
  /** @param retryAfter seconds after which another try may succeed */
  constructor(
    message: string,
    readonly retryAfter: number,
  ) {
    super(429, message);
  }
}

/**
 * How many requests a user may post in a minute, and have unfinished. Who posts counts, for whomever it is; callers
 * without a name count as one user. Counted in the transaction that creates the request, one after the other for each
 * user, so that the numbers are exact however many processes serve the API.
 */
@Injectable()
export class RequestQuotas {
  constructor(private readonly configuration: Configuration) {}

  /** To be called before the request is inserted: others of the same user wait until then. Throws `QuotaExceeded`. */
  async check(manager: EntityManager, username: string | undefined): Promise<void> {
    const { requestsPerMinute, unfinishedRequests } = this.configuration.auth;
    if (requestsPerMinute === undefined && unfinishedRequests === undefined) return;
    await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_SPACE, username ?? '']);
    if (requestsPerMinute !== undefined) await checkRate(manager, username, requestsPerMinute);
    if (unfinishedRequests !== undefined) await checkUnfinished(manager, username, unfinishedRequests);
  }
}

/** The words of the index `ix_request_caller_unfinished`. Of all users, few requests are made in a minute. */
const CALLER = `coalesce("submitted_by_id", "user_id")`;

/** Condition on `request`; `$1` is the name. */
function isOf(username: string | undefined): string {
  return username === undefined
    ? `${CALLER} IS NULL AND $1::text IS NULL`
    : `${CALLER} = (SELECT "id" FROM "user" WHERE "username" = $1::text)`;
}

async function checkRate(manager: EntityManager, username: string | undefined, limit: number): Promise<void> {
  const now = `(clock_timestamp() AT TIME ZONE 'utc')`;
  // The one that has to grow older than a minute before there may be another.
  const rows: { seconds: number }[] = await manager.query(
    `SELECT greatest(1, ceil(extract(epoch FROM "created" + interval '1 minute' - ${now})))::integer AS "seconds"
     FROM "request" WHERE ${isOf(username)} AND "created" > ${now} - interval '1 minute'
     ORDER BY "created" DESC OFFSET $2 LIMIT 1`,
    [username ?? null, limit - 1],
  );
  const seconds = rows[0]?.seconds;
  if (seconds === undefined) return;
  const many = limit === 1 ? 'one request' : `${limit} requests`;
  throw new QuotaExceeded(`You may post ${many} in a minute, and have: try again in ${seconds} seconds`, seconds);
}

async function checkUnfinished(manager: EntityManager, username: string | undefined, limit: number): Promise<void> {
  const rows: { count: number }[] = await manager.query(
    `SELECT count(*)::integer AS "count" FROM (
       SELECT FROM "request" WHERE ${isOf(username)} AND "state" = ${REQUEST_STATES.in_progress} LIMIT $2
     ) AS "unfinished"`,
    [username ?? null, limit],
  );
  if (rows[0].count < limit) return;
  const many = limit === 1 ? 'One of your requests is' : `${limit} of your requests are`;
  throw new QuotaExceeded(
    `${many} unfinished, and you may have no more at a time: try again when one has ended`,
    UNFINISHED_RETRY,
  );
}
