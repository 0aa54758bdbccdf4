import type { DataSource } from 'typeorm';
import { Catalogue, type ReportedEdge, type ReportedPackage } from '../catalogue.js';

/** Saves packages as those of a new request; its id. */
export async function saveRequest(
  dataSource: DataSource,
  packages: readonly ReportedPackage[],
  edges: readonly ReportedEdge[] = [],
): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const saved = await new Catalogue(dataSource).save(manager, packages, edges);
    const [{ id }]: { id: number }[] = await manager.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref") VALUES ('r', 'r', repeat('a', 40)) RETURNING "id"`,
    );
    await manager.query(
      `INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id")
       SELECT $1, k."place" - 1, k."component_id", k."path", k."set_id"
       FROM unnest($2::bigint[], $3::text[], $4::bigint[]) WITH ORDINALITY AS k("component_id", "path", "set_id", "place")`,
      [id, saved.map((each) => each.componentId), saved.map(({ path }) => path), saved.map((each) => each.dependencySetId)],
    );
    return id;
  });
}

/** Records artifacts of npm by name; their ids, in this order. */
export async function saveArtifacts(dataSource: DataSource, names: readonly string[]): Promise<number[]> {
  const rows: { id: string }[] = await dataSource.query(
    `INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by")
     SELECT 'npm', k."name", '1', 'https://registry.acme.dev/' || k."name", repeat(md5(k."name"), 2), '{}', 10, 'registry'
     FROM unnest($1::text[]) AS k("name") RETURNING "id"`,
    [names],
  );
  return rows.map(({ id }) => Number(id));
}
