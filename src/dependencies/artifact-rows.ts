import type { DataSource } from 'typeorm';
import type { Artifact, ArtifactKey, Digests } from './artifact.js';
import { Batches } from './batches.js';
import { chunksOf } from './component-ids.js';
import { groupedBy } from './grouped.js';

/** What is recorded of an artifact. */
export type NewArtifact = Omit<Artifact, 'id'>;

/** Keys per statement: reading the rows takes a few milliseconds, in which nothing else happens. */
const LOOKED_UP = 2000;

/** A text that two artifacts have in common only if they are the same. */
export function keyText({ ecosystem, name, version, upstream }: ArtifactKey): string {
  return JSON.stringify([ecosystem, name, version, upstream]);
}

/**
 * The rows of artifacts: recorded once, never overwritten. Single calls that come at the same time share a statement
 * and its commit.
 */
export class ArtifactRows {
  private readonly lookUps = new Batches((keys: ArtifactKey[]) => this.findInOrder(keys));
  private readonly records = new Batches((rows: NewArtifact[]) => this.insert(rows));
  private readonly additions = new Batches((rows: { id: number; digests: Digests }[]) => this.add(rows));

  constructor(private readonly dataSource: DataSource) {}

  /** Those that are recorded, by `keyText`. */
  async findAll(keys: readonly ArtifactKey[]): Promise<Map<string, Artifact>> {
    const found = new Map<string, Artifact>();
    for (const chunk of chunksOf(keys, LOOKED_UP)) {
      const rows: ArtifactRow[] = await this.dataSource.query(SELECT_BY_KEYS, keyColumns(chunk));
      for (const row of rows) {
        const artifact = artifactOf(row);
        found.set(keyText(artifact), artifact);
      }
    }
    return found;
  }

  find(key: ArtifactKey): Promise<Artifact | undefined> {
    return this.lookUps.add(key);
  }

  /** The first one that was recorded for an upstream, whatever its name and version. */
  async findByUpstream(ecosystem: string, upstream: string): Promise<Artifact | undefined> {
    const [row]: (ArtifactRow | undefined)[] = await this.dataSource.query(SELECT_BY_UPSTREAM, [ecosystem, upstream]);
    return row && artifactOf(row);
  }

  /** The versions of a package that are recorded, from whatever upstream. */
  async versionsOf(ecosystem: string, name: string): Promise<string[]> {
    const rows: { version: string }[] = await this.dataSource.query(
      'SELECT DISTINCT "version" FROM "artifact" WHERE "ecosystem" = $1 AND "name" = $2',
      [ecosystem, name],
    );
    return rows.map(({ version }) => version);
  }

  /** Returns what is recorded under this key when it is committed: another one when another process was faster. */
  record(row: NewArtifact): Promise<Artifact> {
    return this.records.add(row);
  }

  /** Adds digests of algorithms that are not recorded yet; resolves when they are committed. */
  async addDigests(artifact: Artifact, digests: Digests): Promise<Artifact> {
    await this.additions.add({ id: artifact.id, digests });
    return { ...artifact, digests: { ...digests, ...artifact.digests } };
  }

  private async findInOrder(keys: ArtifactKey[]): Promise<(Artifact | undefined)[]> {
    const found = await this.findAll(keys);
    return keys.map((key) => found.get(keyText(key)));
  }

  private async insert(rows: NewArtifact[]): Promise<Artifact[]> {
    // All processes lock keys in the same order. Of equal keys the first one counts.
    const unique = [...groupedBy(rows, keyText)].sort(([one], [other]) => (one < other ? -1 : 1));
    const firsts = unique.map(([, [first]]) => first);
    const inserted: ArtifactRow[] = await this.dataSource.query(INSERT, insertColumns(firsts));
    const recorded = new Map(inserted.map((row) => [keyText(row), artifactOf(row)]));
    const missing = firsts.filter((row) => !recorded.has(keyText(row)));
    for (const [key, artifact] of await this.findAll(missing)) recorded.set(key, artifact);
    return rows.map((row) => {
      const artifact = recorded.get(keyText(row));
      if (artifact === undefined) throw new Error(`The artifact ${row.name} ${row.version} was not recorded.`);
      return artifact;
    });
  }

  private async add(rows: { id: number; digests: Digests }[]): Promise<void[]> {
    const byId = new Map<number, Digests>();
    for (const { id, digests } of rows) byId.set(id, { ...byId.get(id), ...digests });
    const parameters = [[...byId.keys()], [...byId.values()].map((digests) => JSON.stringify(digests))];
    await this.dataSource.query(ADD_DIGESTS, parameters);
    return rows.map(() => undefined);
  }
}

interface ArtifactRow extends ArtifactKey {
  id: string;
  sha256: string;
  digests: Digests;
  size: string;
  verified_by: string;
  /** Seconds since 1970. */
  published: number | null;
}

const COLUMNS = `
  a."id", a."ecosystem", a."name", a."version", a."upstream", a."sha256", a."digests", a."size", a."verified_by",
  extract(epoch FROM a."published")::float8 AS "published"`;

const SELECT_BY_KEYS = `
  SELECT ${COLUMNS}
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k("ecosystem", "name", "version", "upstream")
    JOIN "artifact" a
      ON a."ecosystem" = k."ecosystem" AND a."name" = k."name" AND a."version" = k."version"
        AND a."upstream" = k."upstream"`;

const SELECT_BY_UPSTREAM = `
  SELECT ${COLUMNS} FROM "artifact" a WHERE a."ecosystem" = $1 AND a."upstream" = $2 ORDER BY a."id" LIMIT 1`;

const INSERT = `
  INSERT INTO "artifact" AS a
    ("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by", "published")
  SELECT k."ecosystem", k."name", k."version", k."upstream", k."sha256", k."digests"::jsonb, k."size", k."verified_by",
    k."published"
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::timestamp[]) WITH ORDINALITY
    AS k("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by", "published", "place")
  ORDER BY k."place"
  ON CONFLICT DO NOTHING
  RETURNING ${COLUMNS}`;

/** Rows are locked in the order of their ids, not for those whose rows refer to them. What is recorded stays. */
const ADD_DIGESTS = `
  WITH k AS MATERIALIZED (
    SELECT a."id", k."digests"
    FROM unnest($1::bigint[], $2::text[]) AS k("id", "digests") JOIN "artifact" a ON a."id" = k."id"
    ORDER BY a."id" FOR NO KEY UPDATE OF a
  )
  UPDATE "artifact" a SET "digests" = k."digests"::jsonb || a."digests" FROM k WHERE a."id" = k."id"`;

function artifactOf({ verified_by, id, size, published, ...row }: ArtifactRow): Artifact {
  return {
    ...row,
    id: Number(id),
    size: Number(size),
    verifiedBy: verified_by,
    ...(published === null ? {} : { published: new Date(published * 1000) }),
  };
}

function keyColumns(keys: readonly ArtifactKey[]): string[][] {
  return [
    keys.map(({ ecosystem }) => ecosystem),
    keys.map(({ name }) => name),
    keys.map(({ version }) => version),
    keys.map(({ upstream }) => upstream),
  ];
}

function insertColumns(rows: readonly NewArtifact[]): unknown[][] {
  return [
    ...keyColumns(rows),
    rows.map(({ sha256 }) => sha256),
    rows.map(({ sha256, digests }) => JSON.stringify({ ...digests, sha256 })),
    rows.map(({ size }) => size),
    rows.map(({ verifiedBy }) => verifiedBy),
    rows.map(({ published }) => published?.toISOString().replace('Z', '') ?? null),
  ];
}
