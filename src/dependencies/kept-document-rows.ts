import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Fast, in large pieces: pages of indexes have megabytes, and a better compression saves a fifteenth. */
const COMPRESSION = { level: 1, chunkSize: 64 * 1024 };

/** What an upstream said of a document with its answer. */
export interface DocumentHead {
  /** Media type without parameters, lower case; empty when the upstream did not say. */
  type: string;
  /** Where it came from after redirects. Without credentials and query. */
  url: string;
  /** Validators (RFC 9110, §8.8), exactly as they came. */
  etag: string | undefined;
  lastModified: string | undefined;
}

/** A document as it is kept. */
export interface KeptRow extends DocumentHead {
  /** gzip, whose checksum tells damage. */
  compressed: Buffer;
}

/** The rows of kept documents, one for each address and `Accept`: replaced by what comes later. */
export class KeptDocumentRows {
  constructor(private readonly dataSource: DataSource) {}

  async find(url: string, accept: string): Promise<KeptRow | undefined> {
    const [row]: (Row | undefined)[] = await this.dataSource.query(SELECT, [keyOf(url, accept)]);
    if (row === undefined) return undefined;
    return {
      url: row.final_url,
      type: row.type,
      etag: row.etag ?? undefined,
      lastModified: row.last_modified ?? undefined,
      compressed: row.content,
    };
  }

  /** Writes nothing when it is what is kept already. */
  async keep(
    [url, accept]: [url: string, accept: string],
    head: DocumentHead,
    content: Buffer,
    kept: KeptRow | undefined,
  ): Promise<void> {
    const compressed = await compress(content, COMPRESSION);
    if (kept !== undefined && isSame(head, kept) && compressed.equals(kept.compressed)) return;
    const validators = [head.etag ?? null, head.lastModified ?? null];
    await this.dataSource.query(REPLACE, [keyOf(url, accept), head.url, head.type, ...validators, compressed]);
  }
}

/** The content; undefined when it is damaged, or more than `maxSize` bytes. */
export async function contentOf({ compressed }: KeptRow, maxSize: number): Promise<Buffer | undefined> {
  return decompress(compressed, { maxOutputLength: maxSize }).catch(() => undefined);
}

interface Row {
  final_url: string;
  type: string;
  etag: string | null;
  last_modified: string | null;
  content: Buffer;
}

const SELECT = `
  SELECT "final_url", "type", "etag", "last_modified", "content" FROM "kept_document" WHERE "key" = $1`;

const REPLACE = `
  INSERT INTO "kept_document" ("key", "final_url", "type", "etag", "last_modified", "content")
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT ("key") DO UPDATE
    SET "final_url" = excluded."final_url", "type" = excluded."type", "etag" = excluded."etag",
      "last_modified" = excluded."last_modified", "content" = excluded."content", "stored" = excluded."stored"`;

/** A digest: an address may be longer than a key can be, and hold a token that must not lie in a database. */
function keyOf(url: string, accept: string): string {
  return createHash('sha256').update(JSON.stringify([url, accept])).digest('hex');
}

function isSame(one: DocumentHead, other: DocumentHead): boolean {
  return (
    one.url === other.url &&
    one.type === other.type &&
    one.etag === other.etag &&
    one.lastModified === other.lastModified
  );
}
