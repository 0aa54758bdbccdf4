import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MemoPort } from '../packages/index.js';

/** Larger ones are found out again rather than kept. */
const MAX_SIZE = 16 * 1024 * 1024;
/** Of one source; each key has its content once, but keys change with the toolchain. */
const MAX_PER_SOURCE = 32;

/** What package managers found out about archived sources: kept as long as the source, and dropped at any time. */
@Injectable()
export class ResolutionMemos {
  constructor(private readonly dataSource: DataSource) {}

  /** The port for the package managers of one request. */
  forSource(sourceId: number): MemoPort {
    return {
      get: async (key) => {
        const rows: { content: Buffer }[] = await this.dataSource.query(
          'SELECT "content" FROM "resolution_memo" WHERE "source_id" = $1 AND "key" = $2',
          [sourceId, key],
        );
        return rows[0]?.content;
      },
      put: async (key, content) => {
        if (content.length > MAX_SIZE) return;
        // Keys change with toolchain, tags and flags: nobody asks for most of the earlier ones any more.
        await this.dataSource.query(
          `DELETE FROM "resolution_memo" WHERE "source_id" = $1
             AND (SELECT count(*) FROM "resolution_memo" m WHERE m."source_id" = $1) >= $2`,
          [sourceId, MAX_PER_SOURCE],
        );
        await this.dataSource.query(
          `INSERT INTO "resolution_memo" ("source_id", "key", "content")
           SELECT $1, $2, $3 FROM "source" s WHERE s."id" = $1
           ON CONFLICT ("source_id", "key") DO UPDATE SET "content" = excluded."content"`,
          [sourceId, key, content],
        );
      },
    };
  }
}
