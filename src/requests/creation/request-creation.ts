import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { JobQueue } from '../../queue/index.js';
import { HttpProblem } from '../../http/index.js';
import { repoName } from '../../source/index.js';
import { REASONS } from '../request-state.js';
import type { RequestInputs } from '../rules/request-inputs.js';
import { RequestStates } from '../states/request-states.js';
import { repositoryHost } from '../visibility/hosts.js';
import type { IdempotencyKey } from './idempotency-keys.js';
import { RequestQuotas } from './quotas.js';
import { userId } from './users.js';

/** Whose request it is, and who submitted it for them. */
export interface Requester {
  user: string | undefined;
  submittedBy: string | undefined;
}

const SCHEDULING_FAILED = 'The scheduling of the request failed. Please try again.';

/** Inserts requests that were checked, and puts them into the queue. */
@Injectable()
export class RequestCreation {
  private readonly logger = new Logger(RequestCreation.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly states: RequestStates,
    private readonly queue: JobQueue,
    private readonly quotas: RequestQuotas,
  ) {}

  /**
   * Creates a request and queues it; with a key that has made one already, returns that. When the queue refuses, the
   * request fails and the error is a 500 with the same text. Throws `QuotaExceeded`.
   */
  async create(
    inputs: RequestInputs,
    requester: Requester,
    key?: IdempotencyKey,
  ): Promise<{ id: number; created: boolean }> {
    const { id, created } = await this.dataSource.transaction(async (manager) => {
      const known = await key?.find(manager);
      if (known !== undefined) return { id: known, created: false };
      await this.quotas.check(manager, requester.submittedBy ?? requester.user);
      const inserted = await this.insert(manager, inputs, requester);
      await key?.save(manager, inserted);
      return { id: inserted, created: true };
    });
    if (created) await this.schedule(id, key);
    return { id, created };
  }

  private async schedule(id: number, key: IdempotencyKey | undefined): Promise<void> {
    try {
      await this.queue.enqueue(id);
    } catch (error) {
      this.logger.error(`Request ${id} could not be queued: ${String(error)}`);
      const within = async (manager: EntityManager): Promise<void> => key?.forget(manager);
      await this.states.change(id, { state: 'failed', reason: SCHEDULING_FAILED }, { within });
      throw new HttpProblem(500, SCHEDULING_FAILED);
    }
    await this.states.announce({ id, from: undefined, to: 'in_progress', reason: REASONS.initiated });
  }

  private async insert(manager: EntityManager, inputs: RequestInputs, requester: Requester): Promise<number> {
    const { user, submittedBy } = requester;
    const rows: { id: number }[] = await manager.query(
      `INSERT INTO "request" ("created", "repo", "repo_name", "ref", "user_id", "submitted_by_id", "packages",
         "dependency_replacements", "labels", "offline", "refresh_tags", "source_hosts")
       VALUES (clock_timestamp() AT TIME ZONE 'utc', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING "id"`,
      [
        inputs.repo,
        repoName(inputs.repo),
        inputs.ref,
        user === undefined ? null : await userId(manager, user),
        submittedBy === undefined ? null : await userId(manager, submittedBy),
        JSON.stringify(inputs.packages),
        JSON.stringify(inputs.replacements),
        inputs.labels === undefined ? null : JSON.stringify(inputs.labels),
        inputs.offline,
        inputs.refreshTags,
        [repositoryHost(inputs.repo)],
      ],
    );
    const id = rows[0].id;
    await manager.query(
      `INSERT INTO "request_pkg_manager" SELECT $1, "id" FROM "package_manager" WHERE "name" = ANY($2::text[])`,
      [id, inputs.packageManagers],
    );
    await manager.query(`INSERT INTO "request_flag" SELECT $1, "id" FROM "flag" WHERE "name" = ANY($2::text[])`, [
      id,
      inputs.flags,
    ]);
    await this.states.begin(manager, id, REASONS.initiated);
    return id;
  }
}
