import { Injectable, Logger } from '@nestjs/common';
import pLimit from 'p-limit';
import { type TarSegment, TarSegmentWriter } from '../archive/index.js';
import { ArchiveStore, StoreUnavailable } from '../store/index.js';
import { indexLines, readIndex } from './tree/source-index.js';
import type { SourceEntry } from './tree/source-entries.js';

const CHECKS_AT_A_TIME = 4;

/** What came of storing a tree. */
export interface StoredTree {
  indexSha256: string;
  entries: number;
  /** Bytes of all files. */
  size: number;
}

/** Trees in the archive store: deflated segments, and an index blob that names them. */
@Injectable()
export class SourceStore {
  private readonly logger = new Logger(SourceStore.name);

  constructor(private readonly store: ArchiveStore) {}

  /**
   * Stores a tree while it streams by; `onBytes` hears of each file before it is read, and may throw. The index is
   * written last, so it never names what is not there.
   */
  async save(
    source: AsyncIterable<SourceEntry>,
    options: { commitTime: number; signal: AbortSignal; onBytes: (bytes: number) => void },
  ): Promise<StoredTree> {
    const totals = { entries: 0, size: 0 };
    const segments = this.segmentsOf(source, totals, options);
    const index = await this.store.put(indexLines(segments), { signal: options.signal });
    return { indexSha256: index.sha256, ...totals };
  }

  /** The segments of an index. */
  async *segments(indexSha256: string): AsyncIterable<TarSegment> {
    for await (const { segment } of readIndex(this.store, indexSha256)) yield segment;
  }

  /** Whether an index and all its segments lie in the store undamaged. */
  async isWhole(indexSha256: string, signal: AbortSignal): Promise<boolean> {
    if (!(await this.store.verify(indexSha256, signal))) return false;
    const limit = pLimit(CHECKS_AT_A_TIME);
    const checks: Promise<boolean>[] = [];
    try {
      for await (const { sha256 } of this.segments(indexSha256)) {
        const check = limit(() => this.store.verify(sha256, signal));
        // It is awaited at the end; a failure until then is not unhandled.
        check.catch(() => undefined);
        checks.push(check);
      }
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      // Damaged since it was verified.
      this.logger.warn(error);
      checks.push(Promise.resolve(false));
    }
    return (await Promise.all(checks)).every(Boolean);
  }

  private async *segmentsOf(
    source: AsyncIterable<SourceEntry>,
    totals: { entries: number; size: number },
    { commitTime, signal, onBytes }: { commitTime: number; signal: AbortSignal; onBytes: (bytes: number) => void },
  ): AsyncIterable<TarSegment> {
    const writer = new TarSegmentWriter({
      modified: commitTime,
      store: (content) => this.store.put(content, { signal }),
    });
    for await (const { entry, content } of source) {
      onBytes(entry.size);
      totals.entries += 1;
      totals.size += entry.size;
      yield* await writer.addEntry(entry, content);
    }
    yield* await writer.finish();
  }
}
