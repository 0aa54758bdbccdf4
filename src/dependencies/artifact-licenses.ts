import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { chunksOf } from './component-ids.js';

/** The licence that a file declares. */
export interface DeclaredLicense {
  /** An SPDX licence expression (SPDX 2.3, annex D); null when there is none, or it is not sure which. */
  expression: string | null;
  /** What is declared, as it stands there, when it is no SPDX licence expression. A long text ends with `…`. */
  declared: string | null;
  /** Path in the artifact where it stands; null when nothing is declared. */
  file: string | null;
}

/** Licences of artifacts: recorded once, never overwritten, so that documents about them do not change. */
@Injectable()
export class ArtifactLicenses {
  constructor(private readonly dataSource: DataSource) {}

  /** Those of the artifacts whose licence is not recorded yet. */
  async missing(artifactIds: Iterable<number>): Promise<Set<number>> {
    const missing = new Set(artifactIds);
    for (const chunk of chunksOf([...missing])) {
      const rows: { artifact_id: string }[] = await this.dataSource.query(SELECT, [chunk]);
      for (const row of rows) missing.delete(Number(row.artifact_id));
    }
    return missing;
  }

  /**
   * Keeps what is recorded already. Texts may be hostile: long ones are cut, an expression that is too long is only
   * `declared`, and what is no Unicode text, or PostgreSQL cannot store, becomes U+FFFD.
   */
  async record(licenses: ReadonlyMap<number, DeclaredLicense>): Promise<void> {
    const recordable = [...licenses].map(([id, license]): [number, DeclaredLicense] => [id, shortened(license)]);
    // Sorted, so that two processes that write the same rows cannot wait for each other.
    const sorted = recordable.sort(([one], [other]) => one - other);
    for (const chunk of chunksOf(sorted)) {
      await this.dataSource.query(INSERT, [
        chunk.map(([id]) => id),
        chunk.map(([, { expression }]) => expression),
        chunk.map(([, { declared }]) => declared),
        chunk.map(([, { file }]) => file),
      ]);
    }
  }
}

const SELECT = `SELECT "artifact_id" FROM "artifact_license" WHERE "artifact_id" = ANY($1::bigint[])`;

const INSERT = `
  INSERT INTO "artifact_license" ("artifact_id", "expression", "declared", "file")
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
  ON CONFLICT DO NOTHING`;

/** UTF-16 code units of a text; real expressions, names of licences and paths are far shorter. */
const MAX_LENGTH = 1000;

function shortened({ expression, declared, file }: DeclaredLicense): DeclaredLicense {
  const isExpression = expression === null || expression.length <= MAX_LENGTH;
  return {
    expression: isExpression ? storable(expression) : null,
    declared: storable(isExpression ? declared : expression),
    file: storable(file),
  };
}

/** Whatever is no Unicode text becomes U+FFFD on the way to the database; NUL it would refuse. */
function storable(text: string | null): string | null {
  if (text === null) return null;
  const short = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
  return short.replaceAll('\0', '\uFFFD');
}
