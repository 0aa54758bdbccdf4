import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Digests } from '../../dependencies/index.js';

/** A version that a registry serves. */
export interface LockedVersion {
  name: string;
  version: string;
  sha256: string;
  digests: Digests;
  /** Bytes. */
  size: number;
  upstream: string;
  /** When upstream published it, else when it was archived; `2026-03-01T12:30:00.000Z`. */
  time: string;
}

/** Reads what registries serve. */
@Injectable()
export class NpmContent {
  constructor(private readonly dataSource: DataSource) {}

  /** The versions of a package in a set, none if the set does not have it. Of equal versions the first one archived. */
  async versionsOf(setId: string, name: string): Promise<LockedVersion[]> {
    const rows: (Omit<LockedVersion, 'size'> & { size: string })[] = await this.dataSource.query(
      `SELECT DISTINCT ON (e."version") e."name", e."version", a."sha256", a."digests", a."size", a."upstream",
         to_char(coalesce(a."published", a."first_seen"), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "time"
       FROM "registry_set_entry" e JOIN "artifact" a ON a."id" = e."artifact_id"
       WHERE e."set_id" = $1 AND e."name" = $2
       ORDER BY e."version", a."id"`,
      [setId, name],
    );
    return rows.map((row) => ({ ...row, size: Number(row.size) }));
  }
}
