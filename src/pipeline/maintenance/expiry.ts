import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Configuration } from '../../config/index.js';
import { REASONS, REQUEST_STATES, RequestStates } from '../../requests/index.js';

const PER_PAGE = 100;

/** Marks requests as stale whose newest state is older than their lifetime. */
@Injectable()
export class Expiry {
  private readonly logger = new Logger(Expiry.name);

  constructor(
    private readonly configuration: Configuration,
    private readonly dataSource: DataSource,
    private readonly states: RequestStates,
  ) {}

  /** Returns how many became stale. One that cannot be marked is logged and left for the next time. */
  async run(): Promise<number> {
    let expired = 0;
    for (let after = 0; ;) {
      const page = await this.page(after);
      for (const candidate of page) if (await this.expire(candidate)) expired++;
      if (page.length < PER_PAGE) return expired;
      after = page[page.length - 1].id;
    }
  }

  private page(after: number): Promise<Candidate[]> {
    const { requestLifetime, failedRequestLifetime } = this.configuration.worker;
    return this.dataSource.query(SELECT_EXPIRED, [after, PER_PAGE, requestLifetime, failedRequestLifetime]);
  }

  private async expire(candidate: Candidate): Promise<boolean> {
    try {
      await this.states.change(
        candidate.id,
        { state: 'stale', reason: REASONS.expired },
        { within: (manager) => refuseIfChanged(manager, candidate) },
      );
      return true;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile))
        this.logger.error(`Request ${candidate.id} did not expire: ${String(error)}`);
      return false;
    }
  }
}

interface Candidate {
  id: number;
  /** Its newest state when it was found. */
  state_id: number;
}

class ChangedMeanwhile extends Error {}

const SELECT_EXPIRED = `
  SELECT r."id", s."id" AS "state_id"
  FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id"
  WHERE r."id" > $1 AND r."state" <> ${REQUEST_STATES.stale}
    AND s."updated" < (clock_timestamp() AT TIME ZONE 'utc') - interval '1 millisecond' *
      CASE WHEN r."state" = ${REQUEST_STATES.failed} THEN $4::float8 ELSE $3::float8 END
  ORDER BY r."id" LIMIT $2`;

/** Runs while the row is locked and the new state is in place: the one before it must be the one that was found. */
async function refuseIfChanged(manager: EntityManager, { id, state_id }: Candidate): Promise<void> {
  const rows: { id: number }[] = await manager.query(
    `SELECT "id" FROM "request_state" WHERE "request_id" = $1 ORDER BY "id" DESC OFFSET 1 LIMIT 1`,
    [id],
  );
  if (rows[0]?.id !== state_id) throw new ChangedMeanwhile();
}
