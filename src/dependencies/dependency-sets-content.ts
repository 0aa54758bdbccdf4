import { createHash } from 'node:crypto';
import { inTurns, sortedInTurns } from '../concurrency/index.js';
import type { ReportedDependency, ReportedEdge, ReportedPackage } from './catalogue.js';
import type { ComponentIds } from './component-ids.js';

/** The content of a package's dependency set, and its digest. */
export interface NewSet {
  sha256: string;
  /** Places in `NewSets.members`, in the order of the answers. */
  places: Uint32Array;
  /** Components that the package itself requires. */
  direct: ReadonlySet<string>;
  edges: readonly { from: string; to: string }[];
}

/** What a member is, in whichever sets. */
export interface NewMember {
  componentId: string;
  dev: boolean | null;
  replacesId: string | null;
  artifactId: number | null;
  /** What vouches for the artifact; null without one. */
  verifiedBy: string | null;
  requirementsUnknown: true | null;
}

/** Describes dependency sets with few objects: together they may have millions of members, but few different ones. */
export class NewSets {
  readonly members: NewMember[] = [];
  readonly sets: NewSet[] = [];
  private readonly places = new Map<ReportedDependency, number>();
  /** By place: the text of a member that is not direct. */
  private readonly texts: string[] = [];

  constructor(private readonly ids: ComponentIds) {}

  /** Adds what sets are made of; to be called in the order of the answers. */
  addMember(dependency: ReportedDependency): void {
    const member = {
      componentId: this.ids.of(dependency),
      dev: dependency.dev ?? null,
      replacesId: dependency.replaces ? this.ids.of(dependency.replaces) : null,
      artifactId: dependency.artifact?.id ?? null,
      verifiedBy: dependency.artifact?.verifiedBy ?? null,
      requirementsUnknown: dependency.requirementsUnknown ?? null,
    };
    this.places.set(dependency, this.members.length);
    this.members.push(member);
    this.texts.push(textOf(member, false));
  }

  /** Adds the set of a package; what the package itself requires becomes a mark on the members. */
  async addSet(reported: ReportedPackage, edges: readonly ReportedEdge[]): Promise<void> {
    const self = this.ids.of(reported);
    const direct = new Set<string>();
    const inner = new Set<string>();
    await inTurns(edges, (edge) => {
      const from = this.ids.of(edge.from);
      const to = this.ids.of(edge.to);
      if (from === self) direct.add(to);
      else inner.add(`${from}>${to}`);
    });
    const places = Uint32Array.from(reported.dependencies, (dependency) => this.places.get(dependency) ?? NaN).sort();
    const pairs = await sortedInTurns([...inner], (a, b) => (a < b ? -1 : 1));
    const set = { places, direct, edges: pairs.map((pair) => splitPair(pair)) };
    this.sets.push({ ...set, sha256: this.digest(set) });
  }

  /** The key of sets that are in the database already: of the JSON of members and edges, ever since. */
  private digest({ places, direct, edges }: Omit<NewSet, 'sha256'>): string {
    const texts = Array.from(places, (place) =>
      direct.has(this.members[place].componentId) ? textOf(this.members[place], true) : this.texts[place],
    );
    const content = `{"members":[${texts.join(',')}],"edges":${JSON.stringify(edges)}}`;
    return createHash('sha256').update(content).digest('hex');
  }
}

/** What came later is named only where it is set: sets without it keep their keys. */
function textOf({ verifiedBy, requirementsUnknown, ...member }: NewMember, direct: boolean): string {
  const { componentId, dev, replacesId, artifactId } = member;
  const later = { verifiedBy: verifiedBy ?? undefined, requirementsUnknown: requirementsUnknown ?? undefined };
  return JSON.stringify({ componentId, dev, direct, replacesId, artifactId, ...later });
}

function splitPair(pair: string): { from: string; to: string } {
  const [from, to] = pair.split('>');
  return { from, to };
}
