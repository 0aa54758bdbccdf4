import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { REQUEST_STATES } from '../../requests/index.js';

const PAGE = 500;

/** An archived source that nobody has asked for lately. */
export interface PrunableSource {
  id: number;
  repoName: string;
  ref: string;
  withSubmodules: boolean;
  /** Bytes of its files; what a removal frees is less where other sources share them. */
  size: number;
  /** When it was last asked for, UTC. */
  lastRequested: string;
}

/**
 * Removes archived sources by age: those whose latest request for the same repository name and
 * commit was made before a cut-off. A source that was never asked for by name is kept, and so is one that a complete
 * or running request needs. Only rows go; the collector frees the blobs.
 */
@Injectable()
export class SourcePruning {
  constructor(private readonly dataSource: DataSource) {}

  /** Up to `limit` sources that were last asked for before `olderThan`, by id, those after `after`. */
  private async find(olderThan: Date, limit: number, after = 0): Promise<PrunableSource[]> {
    return this.dataSource.query(`${SELECT_PRUNABLE} AND s."id" > $3 ORDER BY s."id" LIMIT $2`, [
      olderThan.toISOString(),
      limit,
      after,
    ]);
  }

  /** All of them, by id, a page at a time; a source that was listed may be removed before the next one is read. */
  async *findAll(olderThan: Date): AsyncGenerator<PrunableSource> {
    for (let page = await this.find(olderThan, PAGE); page.length > 0;) {
      yield* page;
      page = page.length < PAGE ? [] : await this.find(olderThan, PAGE, page[page.length - 1].id);
    }
  }

  /** Removes one source if it may still go. */
  async remove(source: PrunableSource, olderThan: Date): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const still: unknown[] = await manager.query(`${SELECT_PRUNABLE} AND s."id" = $2 FOR UPDATE OF s`, [
        olderThan.toISOString(),
        source.id,
      ]);
      if (still.length === 0) return false;
      await manager.query(`UPDATE "request" SET "source_id" = NULL WHERE "source_id" = $1`, [source.id]);
      await manager.query(`DELETE FROM "source" WHERE "id" = $1`, [source.id]);
      return true;
    });
  }
}

const SELECT_PRUNABLE = `
  SELECT s."id", s."repo_name" AS "repoName", s."ref", s."with_submodules" AS "withSubmodules",
    s."size"::float8 AS "size", to_char(latest."asked", 'YYYY-MM-DD"T"HH24:MI:SS.US') AS "lastRequested"
  FROM "source" s
    CROSS JOIN LATERAL (
      SELECT coalesce(r."created", t."updated") AS "asked"
      FROM "request" r LEFT JOIN "request_state" t ON t."id" = r."request_state_id"
      WHERE r."repo_name" = s."repo_name" AND r."ref" = s."ref"
      ORDER BY r."id" DESC LIMIT 1
    ) latest
  WHERE latest."asked" < ($1::timestamptz AT TIME ZONE 'utc')
    AND NOT EXISTS (SELECT FROM "request" n WHERE n."source_id" = s."id"
      AND n."state" IN (${REQUEST_STATES.in_progress}, ${REQUEST_STATES.complete}))`;
