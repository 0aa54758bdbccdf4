import { inTurns, sortedInTurns, takingTurns } from '../../concurrency/index.js';
import { type ArtifactEvidence, compareCodePoints } from '../../dependencies/index.js';
import { repoName } from '../../source/index.js';
import { gitLocation } from '../origin.js';
import { vcsPurl } from '../purl/vcs-purl.js';
import { distinct } from './archived-files.js';
import { addRequest, type EvidenceRequest } from './graph.js';
import type { SbomModel, SbomModelComponent, SbomSource } from './model.js';
import { compareNodes, type Node, Nodes } from './nodes.js';

/** A completed request with its evidence. */
export interface FinishedRequest extends EvidenceRequest {
  /** When it was completed, UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  completed: string;
  /** Version of Cachito that processed it; null if nobody recorded it. */
  toolVersion: string | null;
}

/** Date of a document about nothing. */
const EPOCH = '1970-01-01T00:00:00Z';

/** What the SBOM of any number of requests says. Throws `CachitoNotImplementedError` for what cannot have a purl. */
export async function buildModel(requests: readonly FinishedRequest[]): Promise<SbomModel> {
  const nodes = new Nodes();
  const packagesBySource = new Map<string, { request: FinishedRequest; packages: Set<Node> }>();
  for (const request of requests) {
    const packages = await addRequest(request, nodes);
    const key = JSON.stringify([gitLocation(request.repo), request.ref]);
    const source = packagesBySource.get(key) ?? { request, packages: new Set() };
    packagesBySource.set(key, source);
    for (const each of packages) source.packages.add(each);
  }
  const sorted = await sortedInTurns(nodes.all, compareNodes);
  const refs = await refsOf(sorted);
  const sources: SbomSource[] = [];
  for (const { request, packages } of packagesBySource.values()) sources.push(await sourceOf(request, packages, refs));
  return {
    sources,
    components: await componentsOf(sorted.filter(({ isPart }) => !isPart), refs),
    toolVersions: distinct(requests.flatMap(({ toolVersion }) => toolVersion ?? [])),
    created: distinct(requests.map(({ completed }) => completed)).at(-1) ?? EPOCH,
  };
}

/** The purl, unless several components have it. */
async function refsOf(sorted: readonly Node[]): Promise<Map<Node, string>> {
  const refs = new Map<Node, string>();
  await inTurns(sorted.entries(), ([at, node]) => {
    const isShared = sorted[at - 1]?.purl === node.purl || sorted[at + 1]?.purl === node.purl;
    refs.set(node, isShared ? JSON.stringify([node.purl, node.name, node.version]) : node.purl);
  });
  return refs;
}

async function componentsOf(sorted: readonly Node[], refs: ReadonlyMap<Node, string>): Promise<SbomModelComponent[]> {
  const components: SbomModelComponent[] = [];
  for await (const node of takingTurns(sorted)) components.push(await componentOf(node, refs));
  return components;
}

async function componentOf(node: Node, refs: ReadonlyMap<Node, string>): Promise<SbomModelComponent> {
  const { name, version, purl, isPackage, dev, artifacts, requirementsKnown, requires, parts } = node;
  return {
    ref: refOf(node, refs),
    name,
    ...(version === null ? {} : { version }),
    purl,
    isPackage,
    ...(dev === undefined ? {} : { dev }),
    artifacts: [...artifacts.values()].sort(compareArtifacts),
    ...(requirementsKnown || requires.size > 0 ? { dependsOn: await sortedRefs(requires, refs) } : {}),
    contains: await componentsOf(await sortedInTurns([...parts], compareNodes), refs),
  };
}

async function sourceOf(
  { repo, ref: commit }: FinishedRequest,
  packages: Set<Node>,
  refs: ReadonlyMap<Node, string>,
): Promise<SbomSource> {
  const name = repoName(repo);
  const purl = vcsPurl(name.split('/').pop() ?? name, repo, commit);
  const vcsUrl = gitLocation(repo);
  const dependsOn = await sortedRefs([...packages].filter(({ isPart }) => !isPart), refs);
  // A package in the root of the repository has the purl of the repository.
  return { ref: `source:${vcsUrl}@${commit}`, name, version: commit, purl, vcsUrl, dependsOn };
}

async function sortedRefs(nodes: Iterable<Node>, refs: ReadonlyMap<Node, string>): Promise<string[]> {
  return sortedInTurns(Array.from(nodes, (node) => refOf(node, refs)), compareCodePoints);
}

function refOf(node: Node, refs: ReadonlyMap<Node, string>): string {
  const ref = refs.get(node);
  if (ref === undefined) throw new Error(`The component ${node.purl} is not in the document.`);
  return ref;
}

function compareArtifacts(a: ArtifactEvidence, b: ArtifactEvidence): number {
  return (
    compareCodePoints(a.upstream, b.upstream) ||
    compareCodePoints(a.sha256, b.sha256) ||
    compareCodePoints(a.verifiedBy, b.verifiedBy)
  );
}
