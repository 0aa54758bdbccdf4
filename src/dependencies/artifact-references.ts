import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const ROWS_PER_PAGE = 5000;

/** Names the blobs that the catalogue's artifacts need, for the collector. */
@Injectable()
export class ArtifactReferences {
  constructor(private readonly dataSource: DataSource) {}

  /** SHA-256 of every blob of a store that an artifact points at; a page of rows in memory at a time. */
  async *references(store: 'archive' | 'bundles'): AsyncIterable<string> {
    if (store !== 'archive') return;
    for (let after = ''; ; ) {
      const rows: { sha256: string }[] = await this.dataSource.query(
        `SELECT DISTINCT "sha256" FROM "artifact" WHERE "sha256" > $1 ORDER BY "sha256" LIMIT $2`,
        [after, ROWS_PER_PAGE],
      );
      for (const row of rows) yield row.sha256;
      if (rows.length < ROWS_PER_PAGE) return;
      after = rows[rows.length - 1].sha256;
    }
  }
}
