import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ServedFile } from '../served-file.js';
import { isKind, type ModuleFileKind } from './goproxy-path.js';

/** A file of a module's version that a registry serves. */
export interface LockedFile extends ServedFile {
  version: string;
  kind: ModuleFileKind;
}

/** Reads what registries serve. */
@Injectable()
export class GoproxyContent {
  constructor(private readonly dataSource: DataSource) {}

  /** The files of a module in a set, none if the set does not have it. Of equal ones the first archived comes first. */
  async filesOf(setId: string, module: string): Promise<LockedFile[]> {
    const rows: { version: string; sha256: string; size: string; upstream: string }[] = await this.dataSource.query(
      `SELECT e."version", a."sha256", a."size", a."upstream"
       FROM "registry_set_entry" e JOIN "artifact" a ON a."id" = e."artifact_id"
       WHERE e."set_id" = $1 AND e."name" = $2
       ORDER BY a."id"`,
      [setId, module],
    );
    return rows.flatMap(({ version, sha256, size, upstream }) => {
      const kind = upstream.slice(upstream.lastIndexOf('.') + 1);
      return isKind(kind) ? [{ version, kind, sha256, size: Number(size) }] : [];
    });
  }
}
