import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Rows in one statement. */
const ROWS = 1000;

/** Small texts that package managers found out, by kind and subject, whoever asked. */
@Injectable()
export class Findings {
  constructor(private readonly dataSource: DataSource) {}

  /** In the order of the subjects; undefined = nothing is recorded. */
  async find(kind: string, subjects: readonly string[]): Promise<(string | undefined)[]> {
    const rows: { subject: string; content: string }[] = await this.dataSource.query(
      `SELECT "subject", "content" FROM "finding" WHERE "kind" = $1 AND "subject" = ANY($2::text[])`,
      [kind, [...new Set(subjects)]],
    );
    const bySubject = new Map(rows.map(({ subject, content }) => [subject, content]));
    return subjects.map((subject) => bySubject.get(subject));
  }

  /** The last one recorded for a subject counts. */
  async record(kind: string, findings: readonly { subject: string; content: string }[]): Promise<void> {
    // Sorted, so that two transactions that write the same rows cannot wait for each other.
    const bySubject = [...new Map(findings.map(({ subject, content }) => [subject, content]))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    for (let at = 0; at < bySubject.length; at += ROWS) {
      const rows = bySubject.slice(at, at + ROWS);
      await this.dataSource.query(
        `INSERT INTO "finding" ("kind", "subject", "content")
         SELECT $1, * FROM unnest($2::text[], $3::text[])
         ON CONFLICT ("kind", "subject") DO UPDATE
           SET "content" = excluded."content", "recorded" = clock_timestamp() AT TIME ZONE 'utc'`,
        [kind, rows.map(([subject]) => subject), rows.map(([, content]) => content)],
      );
    }
  }
}
