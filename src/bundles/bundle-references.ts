import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { REQUEST_STATES } from '../requests/index.js';
import { ArchiveStore } from '../store/index.js';
import { parseRecipe } from './recipe/recipe.js';

const ROWS_PER_PAGE = 500;

interface BundleRow {
  recipe_sha256: string;
  sha256: string;
}

/** Names the blobs that bundles need, for the collector. */
@Injectable()
export class BundleReferences {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly archive: ArchiveStore,
  ) {}

  /**
   * SHA-256 of every blob of a store that the bundle of a request points at, some more than once: the bundles
   * themselves, or their recipes with all pieces (without which a lost bundle could not be built again). Requests that
   * are stale need neither. What is being built and not yet linked is young enough for the collector's grace period.
   */
  async *references(store: 'archive' | 'bundles'): AsyncIterable<string> {
    for await (const row of this.rows()) {
      if (store === 'bundles') yield row.sha256;
      else yield* this.ofRecipe(row.recipe_sha256);
    }
  }

  private async *rows(): AsyncIterable<BundleRow> {
    for (let after = ''; ;) {
      const rows: BundleRow[] = await this.dataSource.query(
        `SELECT b."recipe_sha256", b."sha256" FROM "bundle" b
         WHERE b."recipe_sha256" > $1 AND EXISTS (
           SELECT 1 FROM "request_bundle" l JOIN "request" r ON r."id" = l."request_id"
           WHERE l."recipe_sha256" = b."recipe_sha256" AND r."state" <> $2)
         ORDER BY b."recipe_sha256" LIMIT $3`,
        [after, REQUEST_STATES.stale, ROWS_PER_PAGE],
      );
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      after = last.recipe_sha256;
    }
  }

  /**
   * A recipe that is gone or damaged is named alone: nothing can be built by it any more. Any other failure is thrown,
   * so that the collector removes nothing on half an answer.
   */
  private async *ofRecipe(sha256: string): AsyncIterable<string> {
    yield sha256;
    if (!(await this.archive.verify(sha256))) return;
    for await (const piece of parseRecipe(await this.archive.read(sha256))) {
      if (piece.kind !== 'inline') yield piece.sha256;
    }
  }
}
