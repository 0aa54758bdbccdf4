import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { type BlobStore, ArchiveStore, BundleStore, type StoredBlob } from '../../store/index.js';

/** Names the blobs that a room's rows point at. */
export interface BlobReferences {
  references(store: 'archive' | 'bundles'): AsyncIterable<string>;
}

/** Injection token of the list of all rooms' references. */
export const BLOB_REFERENCES = Symbol('BlobReferences');

/** What a collection found, per store. */
export interface CollectionReport {
  store: 'archive' | 'bundles';
  /** Blobs in the store, blobs that nothing refers to, and the bytes of the latter. */
  blobs: number;
  unreferenced: number;
  bytes: number;
  /** How many of them were deleted; 0 in a dry run. */
  deleted: number;
}

export interface CollectionOptions {
  /** Delete; otherwise only look. */
  execute: boolean;
  /** Called for every blob that nothing refers to. */
  onUnreferenced?: (blob: StoredBlob) => void;
  signal?: AbortSignal;
}

/**
 * Blobs younger than this are never collected: a writer stores the blob first and the row that points at it later,
 * and storing a blob that is there already renews its age.
 */
const GRACE_PERIOD = 24 * 60 * 60 * 1000;

const BATCH = 5000;

/** Frees blobs that nothing refers to: marks all references in a temporary table, then sweeps the stores. */
@Injectable()
export class BlobCollector {
  constructor(
    private readonly dataSource: DataSource,
    private readonly archiveStore: ArchiveStore,
    private readonly bundleStore: BundleStore,
    @Inject(BLOB_REFERENCES) private readonly rooms: readonly BlobReferences[],
  ) {}

  async run(options: CollectionOptions): Promise<CollectionReport[]> {
    return [
      await this.collect('archive', this.archiveStore, options),
      await this.collect('bundles', this.bundleStore, options),
    ];
  }

  private async collect(
    name: 'archive' | 'bundles',
    store: BlobStore,
    options: CollectionOptions,
  ): Promise<CollectionReport> {
    // Taken before the marking: what is written from now on is younger.
    const olderThan = new Date(Date.now() - GRACE_PERIOD);
    const connection = this.dataSource.createQueryRunner();
    try {
      await connection.query('CREATE TEMPORARY TABLE "marked" ("sha256" char(64) PRIMARY KEY)');
      await this.mark(connection, name, options.signal);
      return await sweep(connection, name, store, olderThan, options);
    } finally {
      await connection.query('DROP TABLE IF EXISTS "marked"').catch(() => undefined);
      await connection.release();
    }
  }

  private async mark(connection: QueryRunner, name: 'archive' | 'bundles', signal?: AbortSignal): Promise<void> {
    for (const room of this.rooms) {
      for await (const batch of inBatches(room.references(name))) {
        signal?.throwIfAborted();
        await connection.query('INSERT INTO "marked" SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [batch]);
      }
    }
  }
}

async function sweep(
  connection: QueryRunner,
  name: 'archive' | 'bundles',
  store: BlobStore,
  olderThan: Date,
  options: CollectionOptions,
): Promise<CollectionReport> {
  const report: CollectionReport = { store: name, blobs: 0, unreferenced: 0, bytes: 0, deleted: 0 };
  for await (const batch of inBatches(store.list())) {
    options.signal?.throwIfAborted();
    report.blobs += batch.length;
    const old = batch.filter((blob) => blob.modified < olderThan);
    for (const blob of await unmarked(connection, old)) {
      report.unreferenced++;
      report.bytes += blob.size;
      options.onUnreferenced?.(blob);
      if (options.execute && (await deleteIfStillOld(store, blob, olderThan))) report.deleted++;
    }
  }
  return report;
}

async function unmarked(connection: QueryRunner, blobs: readonly StoredBlob[]): Promise<StoredBlob[]> {
  if (blobs.length === 0) return [];
  const rows: { sha256: string }[] = await connection.query(
    'SELECT "sha256" FROM "marked" WHERE "sha256" = ANY($1::char(64)[])',
    [blobs.map((blob) => blob.sha256)],
  );
  const needed = new Set(rows.map((row) => row.sha256));
  return blobs.filter((blob) => !needed.has(blob.sha256));
}

/** Looks again right before the deletion: somebody may have begun to need the blob, which renews its age. */
async function deleteIfStillOld(store: BlobStore, { sha256 }: StoredBlob, olderThan: Date): Promise<boolean> {
  const now = await store.stat(sha256);
  if (now === undefined || now.modified >= olderThan) return false;
  await store.delete(sha256);
  return true;
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
