import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { ArchiveStore } from '../store/index.js';
import { SourceEntity } from './entities/source.entity.js';
import { readIndex } from './tree/source-index.js';

const ROWS_PER_PAGE = 500;

/** Names the blobs that the archived sources need, for the collector. */
@Injectable()
export class SourceReferences {
  constructor(
    @InjectRepository(SourceEntity) private readonly sources: Repository<SourceEntity>,
    private readonly store: ArchiveStore,
  ) {}

  /**
   * SHA-256 of every blob of a store that a source points at: its indexes and their segments; some more than once. An
   * index that is gone is named alone, since nothing can be read without it; any other failure is thrown, so that the
   * collector removes nothing on half an answer.
   */
  async *references(store: 'archive' | 'bundles'): AsyncIterable<string> {
    if (store !== 'archive') return;
    for (let after = 0; ;) {
      const rows = await this.sources.find({
        where: { id: MoreThan(after) },
        order: { id: 'ASC' },
        take: ROWS_PER_PAGE,
      });
      for (const row of rows) {
        yield* this.ofIndex(row.indexSha256);
        if (row.gitDirectoryIndexSha256 !== null) yield* this.ofIndex(row.gitDirectoryIndexSha256);
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return;
      after = last.id;
    }
  }

  private async *ofIndex(sha256: string): AsyncIterable<string> {
    yield sha256;
    if ((await this.store.stat(sha256)) === undefined) return;
    for await (const { segment } of readIndex(this.store, sha256)) yield segment.sha256;
  }
}
