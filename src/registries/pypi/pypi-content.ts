import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ServedFile } from '../served-file.js';

/** A file that a registry serves, and what its index tells about it. */
export interface LockedFile extends ServedFile {
  version: string;
  file: string;
  /** A specifier of Python versions (PEP 440). */
  requiresPython: string | undefined;
  /** The reason, which may be empty; undefined = it is not yanked (PEP 592). */
  yanked: string | undefined;
  /** The `METADATA` of a wheel, as a file of its own (PEP 658). */
  metadata: ServedFile | undefined;
}

interface Row {
  version: string;
  file: string;
  sha256: string;
  size: string;
  attributes: Readonly<Record<string, string>> | null;
}

/** Reads what registries serve. Names of projects have no slash; directories of other archives start with one. */
@Injectable()
export class PypiContent {
  constructor(private readonly dataSource: DataSource) {}

  /** The normalised names of the projects in a set, sorted. */
  async projectsOf(setId: string): Promise<string[]> {
    const rows: { name: string }[] = await this.dataSource.query(
      `SELECT DISTINCT "name" COLLATE "C" AS "name" FROM "registry_set_entry"
       WHERE "set_id" = $1 AND "file" IS NOT NULL AND "name" NOT LIKE '/%' ORDER BY 1`,
      [setId],
    );
    return rows.map(({ name }) => name);
  }

  /** The files of a project or directory in a set, none if the set does not have it; by name. */
  async filesOf(setId: string, name: string): Promise<LockedFile[]> {
    const rows: Row[] = await this.dataSource.query(
      `SELECT e."version", e."file", e."attributes", a."sha256", a."size"
       FROM "registry_set_entry" e JOIN "artifact" a ON a."id" = e."artifact_id"
       WHERE e."set_id" = $1 AND e."name" = $2 AND e."file" IS NOT NULL
       ORDER BY e."file" COLLATE "C"`,
      [setId, name],
    );
    return rows.map(lockedFile);
  }
}

function lockedFile({ version, file, sha256, size, attributes }: Row): LockedFile {
  return {
    version,
    file,
    sha256,
    size: Number(size),
    requiresPython: attributes?.['requires-python'],
    yanked: attributes?.yanked,
    metadata: metadataOf(attributes),
  };
}

function metadataOf(attributes: Row['attributes']): ServedFile | undefined {
  const sha256 = attributes?.metadata;
  const size = attributes?.['metadata-size'];
  return sha256 === undefined || size === undefined ? undefined : { sha256, size: Number(size) };
}
