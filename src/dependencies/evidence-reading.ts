import type { EntityManager } from 'typeorm';
import { inTurns, takingTurns } from '../concurrency/index.js';
import type { DeclaredLicense } from './artifact-licenses.js';
import { packageOf, readPackageRows, setIdsOf } from './catalogue-reading.js';
import { chunksOf } from './component-ids.js';
import type { ArtifactEvidence, EvidenceDependency, EvidencePackage } from './evidence.js';
import { NO_EDGES, placesOfEdges, readEdges } from './set-edges.js';
import { distinctMembers, MEMBER_TEXT, readMembers, readSetRows } from './set-members.js';

/** What `Catalogue.evidenceOf` promises, with few objects: see `readPackages`. */
export async function readEvidence(
  manager: EntityManager,
  requestIds: readonly number[],
): Promise<Map<number, EvidencePackage[]>> {
  const rows = await readPackageRows(manager, requestIds);
  const sets = await readSets(manager, setIdsOf(rows));
  const empty: EvidenceSet = { dependencies: [], edges: NO_EDGES };
  const found = new Map<number, EvidencePackage[]>(requestIds.map((id) => [id, []]));
  await inTurns(rows, (row) => {
    const { dependencies, edges } = sets.get(row.dependency_set_id) ?? empty;
    found.get(row.request_id)!.push({ ...packageOf(row, dependencies), edges });
  });
  return found;
}

/** What packages with the same set have in common. */
type EvidenceSet = Pick<EvidencePackage, 'dependencies' | 'edges'>;

/**
 * The text of a member goes on: `d` direct, `u` nothing is known of what it requires, `a33` artifact, and what vouched
 * for that: `vnone`, in hexadecimal digits. Older rows do not tell the last.
 */
const EVIDENCE_TEXT = `${MEMBER_TEXT}
  || CASE WHEN "direct" THEN 'd' ELSE '' END || CASE WHEN "requirements_unknown" THEN 'u' ELSE '' END
  || coalesce('a' || "artifact_id" || coalesce('v' || encode(convert_to("verified_by", 'UTF8'), 'hex'), ''), '')`;

async function readSets(manager: EntityManager, ids: readonly string[]): Promise<Map<string, EvidenceSet>> {
  const rows = await readSetRows(manager, ids, EVIDENCE_TEXT);
  const dependencies = await readDependencies(manager, await distinctMembers(rows));
  const edges = await readEdges(manager, ids);
  const sets = new Map<string, EvidenceSet>();
  for await (const { set_id: id, members: text } of takingTurns(rows)) {
    const members = text.split(',');
    sets.set(id, {
      dependencies: members.map((member) => dependencies.get(member)!),
      edges: await placesOfEdges(edges.get(id) ?? '', members),
    });
  }
  return sets;
}

async function readDependencies(
  manager: EntityManager,
  members: ReadonlySet<string>,
): Promise<Map<string, EvidenceDependency>> {
  const catalogued = await readMembers(manager, members);
  const artifacts = await readArtifacts(manager, members);
  const dependencies = new Map<string, EvidenceDependency>();
  await inTurns(catalogued, ([member, dependency]) => {
    const { direct, requirementsUnknown, artifactId, verifiedBy } = marksOf(member);
    const artifact = artifactId === undefined ? undefined : artifacts.get(artifactId);
    dependencies.set(member, {
      ...dependency,
      direct,
      requirementsUnknown,
      ...(artifact === undefined ? {} : { artifact: evidenceOf(artifact, verifiedBy) }),
    });
  });
  return dependencies;
}

interface ArtifactRow {
  id: string;
  upstream: string;
  sha256: string;
  size: string;
  verified_by: string;
  has_license: boolean;
  expression: string | null;
  declared: string | null;
  file: string | null;
}

/** Nothing that grows later, such as the other digests. */
const SELECT_ARTIFACTS = `
  SELECT a."id", a."upstream", a."sha256", a."size", a."verified_by",
    l."artifact_id" IS NOT NULL AS "has_license", l."expression", l."declared", l."file"
  FROM "artifact" a LEFT JOIN "artifact_license" l ON l."artifact_id" = a."id"
  WHERE a."id" = ANY($1::bigint[])`;

async function readArtifacts(manager: EntityManager, members: Iterable<string>): Promise<Map<string, ArtifactRow>> {
  const ids = new Set<string>();
  await inTurns(members, (member) => {
    const { artifactId } = marksOf(member);
    if (artifactId !== undefined) ids.add(artifactId);
  });
  const artifacts = new Map<string, ArtifactRow>();
  for (const chunk of chunksOf(ids)) {
    const rows: ArtifactRow[] = await manager.query(SELECT_ARTIFACTS, [chunk]);
    await inTurns(rows, (row) => artifacts.set(row.id, row));
  }
  return artifacts;
}

/**
 * Of requests from before there were licences, none is told: it is recorded when a later request has the same file, and
 * would change what was said of the earlier one.
 */
function evidenceOf(row: ArtifactRow, verifiedBy: string | undefined): ArtifactEvidence {
  const { upstream, sha256, size, has_license, expression, declared, file } = row;
  const license: DeclaredLicense | undefined =
    has_license && verifiedBy !== undefined ? { expression, declared, file } : undefined;
  return {
    upstream,
    sha256,
    size: Number(size),
    verifiedBy: verifiedBy ?? row.verified_by,
    ...(license === undefined ? {} : { license }),
  };
}

interface Marks {
  direct: boolean;
  requirementsUnknown: boolean;
  artifactId?: string;
  verifiedBy?: string;
}

function marksOf(member: string): Marks {
  const [, direct, unknown, artifactId, verifiedBy] = MARKS.exec(member)!;
  return {
    direct: direct !== '',
    requirementsUnknown: unknown !== '',
    artifactId,
    verifiedBy: verifiedBy === undefined ? undefined : Buffer.from(verifiedBy, 'hex').toString(),
  };
}

const MARKS = /^[0-9tfr]+(d?)(u?)(?:a(\d+)(?:v([0-9a-f]*))?)?$/;
