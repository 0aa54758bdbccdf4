import { inTurns, takingTurns } from '../../concurrency/index.js';
import type { EvidenceDependency, EvidencePackage } from '../../dependencies/index.js';
import type { ManifestRequest } from '../manifest-request.js';
import { OncePerDependency } from '../purl/once-per-dependency.js';
import { PackageUrls } from '../purl/package-urls.js';
import { GoParts, ModulesOfRequest } from './go-parts.js';
import type { Node, Nodes } from './nodes.js';

/** A request with all that is known of its packages. */
export interface EvidenceRequest extends ManifestRequest {
  packages: readonly EvidencePackage[];
}

/**
 * Adds the packages of a request and their dependencies to the components of a document, with who requires whom as the
 * lock files state it. Returns the packages. Throws `CachitoNotImplementedError` for what cannot have a purl.
 *
 * Where a lock file does not say who requires a dependency, the package itself does; where it says nothing at all, what
 * the dependencies require is not known.
 */
export async function addRequest(request: EvidenceRequest, nodes: Nodes): Promise<Node[]> {
  const urls = new PackageUrls(request);
  const made = new OncePerDependency(urls.goModules, (parent, dependency) => {
    const purl = urls.ofDependency(parent, dependency);
    return purl === undefined
      ? undefined
      : nodes.get({ name: dependency.name, version: urls.shownVersion(dependency), purl });
  });
  const packages: { each: EvidencePackage; node: Node }[] = [];
  await inTurns(request.packages, (each) => {
    const purl = urls.ofPackage(each);
    if (purl === undefined) return;
    const node = nodes.get({ name: each.name, version: each.version, purl });
    node.isPackage = true;
    packages.push({ each, node });
  });

  const modules = new ModulesOfRequest();
  for (const { each, node } of packages) if (each.type === 'gomod') modules.add(each.name, each.version, node);
  for await (const { each, node } of takingTurns(packages)) {
    if (each.type === 'go-package') continue;
    const members = await made.ofAll(each, each.dependencies);
    await addDependencies(each, node, members);
    if (each.type !== 'gomod') continue;
    await inTurns(each.dependencies.entries(), ([at, { name, version }]) => {
      const member = members[at];
      if (member !== undefined) modules.add(name, version, member);
    });
  }
  const parts = new GoParts(modules, (parent, dependency) => made.of(parent, dependency));
  for await (const { each, node } of takingTurns(packages)) {
    if (each.type === 'go-package') await parts.place(each, node);
  }
  return packages.map(({ node }) => node);
}

/** `members`: the components of the package's dependencies, in their order. */
async function addDependencies(
  { dependencies, edges }: EvidencePackage,
  node: Node,
  members: readonly (Node | undefined)[],
): Promise<void> {
  const isGraphKnown = edges.length > 0 || dependencies.some(({ direct }) => direct);
  if (isGraphKnown || dependencies.length === 0) node.requirementsKnown = true;
  await inTurns(dependencies.entries(), ([at, dependency]) => {
    const member = members[at];
    member?.addUse(dependency);
    if (member !== undefined && isGraphKnown && !dependency.requirementsUnknown) member.requirementsKnown = true;
  });
  // A component may have two places, of which edges know the first: one for development only, one for all.
  const reached = new Set<Node | undefined>();
  await inTurns(await reachedPlaces(dependencies, edges), (at) => reached.add(members[at]));
  await inTurns(members.entries(), ([at, member]) => {
    if (member !== undefined && (dependencies[at].direct || !reached.has(member))) node.addRequirement(member);
  });
  await inTurns(pairs(edges), ([from, to]) => {
    const required = members[to];
    if (required !== undefined) members[from]?.addRequirement(required);
  });
}

/** Places of dependencies that the package requires, directly or not. */
async function reachedPlaces(dependencies: readonly EvidenceDependency[], edges: Uint32Array): Promise<Set<number>> {
  const targets = new Map<number, number[]>();
  await inTurns(pairs(edges), ([from, to]) => {
    const known = targets.get(from);
    if (known === undefined) targets.set(from, [to]);
    else known.push(to);
  });
  const reached = new Set([...dependencies.keys()].filter((at) => dependencies[at].direct));
  // A set gives out what is added while one goes through it.
  await inTurns(reached, (at) => {
    for (const to of targets.get(at) ?? []) reached.add(to);
  });
  return reached;
}

function* pairs(edges: Uint32Array): Generator<readonly [number, number]> {
  for (let at = 0; at < edges.length; at += 2) yield [edges[at], edges[at + 1]];
}
