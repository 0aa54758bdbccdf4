/** Generated requests for `sbom.ts`: real ones of this size would measure the network. */
import type { DataSource } from 'typeorm';
import { Catalogue, type ReportedEdge, type ReportedPackage } from '../src/dependencies/index.js';
import { REQUEST_STATES } from '../src/requests/index.js';

/** What a worker would have found. */
export interface GeneratedRequest {
  packages: ReportedPackage[];
  edges: ReportedEdge[];
}

/** Every so many-th component is for development; each requires two others. */
const [DEV, EDGES] = [5, 2];

/** An npm application whose dependencies all have a file, a licence and requirements. */
export async function npmRequest(dataSource: DataSource, size: number): Promise<GeneratedRequest> {
  const ids = await saveArtifacts(dataSource, size);
  const key = (at: number): { name: string; type: string; version: string } => ({ name: `leaf-${at}`, type: 'npm', version: `1.${at % 20}.0` });
  const dependencies = ids.map((id, at) => ({ ...key(at), dev: at % DEV === 0, artifact: { id, verifiedBy: 'lock file' } }));
  const own = { name: 'application', type: 'npm', version: '1.0.0' };
  const edges = Array.from({ length: size * EDGES }, (_, at) => ({
    package: own,
    from: key(at % size),
    to: key((at * 7 + 1 + Math.floor(at / size)) % size),
  }));
  return { packages: [{ ...own, path: '.', dependencies }], edges: [{ package: own, from: own, to: key(0) }, ...edges] };
}

/**
 * Go modules, each with so many packages, some of which are reported. Every one of these has a set of its own: every
 * fourth package of the module, from another one on.
 */
export function goRequest({ modules, packages, reported }: Record<'modules' | 'packages' | 'reported', number>): GeneratedRequest {
  const found: ReportedPackage[] = [];
  for (let module = 0; module < modules; module += 1) {
    const name = `example.org/bench/m${String(module).padStart(2, '0')}`;
    const all = Array.from({ length: packages }, (_, at) => ({ name: `${name}/p${at}`, type: 'go-package', version: 'v1.0.0' }));
    found.push({ name, type: 'gomod', version: 'v1.0.0', path: `m${module}`, dependencies: [] });
    for (let root = 0; root < reported; root += 1) {
      const dependencies = all.filter((_, at) => at !== root && (at + root * 13) % 4 < 1 + (at % (root + 2) === 0 ? 1 : 0));
      found.push({ ...all[root], path: `m${module}/p${root}`, dependencies });
    }
  }
  return { packages: found, edges: [] };
}

/** Saves it as a completed request; its id. */
export async function saveRequest(dataSource: DataSource, { packages, edges }: GeneratedRequest): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const saved = await new Catalogue(dataSource).save(manager, packages, edges);
    const [{ id }]: { id: number }[] = await manager.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref", "state", "cachito_version")
       VALUES ('https://git.acme.dev/bench/hub.git', 'bench/hub', repeat('a', 40), $1, '0.1.0') RETURNING "id"`,
      [REQUEST_STATES.complete],
    );
    await manager.query(
      `WITH "made" AS (INSERT INTO "request_state" ("request_id", "state", "state_reason") VALUES ($1, $2, 'Completed successfully')
       RETURNING "id") UPDATE "request" SET "request_state_id" = (SELECT "id" FROM "made") WHERE "id" = $1`,
      [id, REQUEST_STATES.complete],
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

async function saveArtifacts(dataSource: DataSource, size: number): Promise<number[]> {
  const rows: { id: string }[] = await dataSource.query(
    `INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by")
     SELECT 'npm', 'leaf-' || n, '1.' || n % 20 || '.0', 'https://registry.acme.dev/leaf-' || n || '/-/leaf-' || n || '.tgz',
       encode(sha256(n::text::bytea), 'hex'), '{}', 20000, 'registry'
     FROM generate_series(0, $1::int - 1) n RETURNING "id"`,
    [size],
  );
  await dataSource.query(
    `INSERT INTO "artifact_license" ("artifact_id", "expression", "file")
     SELECT "id", (ARRAY['MIT', 'ISC', 'Apache-2.0', 'MIT OR Apache-2.0'])["id" % 4 + 1], 'package/package.json' FROM "artifact"`,
  );
  return rows.map(({ id }) => Number(id));
}
