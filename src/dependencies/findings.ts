import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { chunksOf } from './component-ids.js';

/** Rows in one statement. */
const ROWS = 1000;

/** Small texts that package managers found out, by kind and subject, whoever asked. */
@Injectable()
export class Findings {
  constructor(private readonly dataSource: DataSource) {}

  /** In the order of the subjects; undefined = nothing is recorded. */
  async find(kind: string, subjects: readonly string[]): Promise<(string | undefined)[]> {
    const keys = subjects.map(keyOf);
    const found = new Map<string, string>();
    for (const chunk of chunksOf(new Set(keys), ROWS)) {
      const rows: { subject_sha256: string; content: string }[] = await this.dataSource.query(SELECT, [kind, chunk]);
      for (const { subject_sha256, content } of rows) found.set(subject_sha256, content);
    }
    return keys.map((key) => found.get(key));
  }

  /** The last one recorded for a subject counts. `content` holds no NUL character. */
  async record(kind: string, findings: readonly { subject: string; content: string }[]): Promise<void> {
    const byKey = new Map(findings.map(({ subject, content }) => [keyOf(subject), content]));
    // Sorted, so that two processes that write the same rows cannot wait for each other.
    const sorted = [...byKey].sort(([one], [other]) => (one < other ? -1 : 1));
    for (const chunk of chunksOf(sorted, ROWS)) {
      await this.dataSource.query(REPLACE, [kind, chunk.map(([key]) => key), chunk.map(([, content]) => content)]);
    }
  }
}

const SELECT = `
  SELECT "subject_sha256", "content" FROM "finding" WHERE "kind" = $1 AND "subject_sha256" = ANY($2::text[])`;

/** What is recorded already is not written again. */
const REPLACE = `
  INSERT INTO "finding" AS f ("kind", "subject_sha256", "content")
  SELECT $1, * FROM unnest($2::text[], $3::text[])
  ON CONFLICT ("kind", "subject_sha256") DO UPDATE
    SET "content" = excluded."content", "recorded" = excluded."recorded"
    WHERE f."content" <> excluded."content"`;

/** A digest: a subject holds what others wrote, of any length. */
function keyOf(subject: string): string {
  return createHash('sha256').update(subject).digest('hex');
}
