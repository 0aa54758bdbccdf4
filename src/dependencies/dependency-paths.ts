import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { groupedBy } from './grouped.js';

/** No lock file nests deeper; a chain that is longer counts as unknown. */
const MAX_LENGTH = 100;

/** Where to end: a component of a dependency set. */
export interface PathTarget {
  setId: string;
  componentId: string;
}

/** Finds out why something is in a dependency set. */
@Injectable()
export class DependencyPaths {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * For each target one shortest chain by the lock file's edges, from what the package itself requires down to the
   * target, as `name@version`; null where the edges lead nowhere. All targets are searched together: the number of
   * queries grows with the longest chain only.
   */
  async shortest(targets: readonly PathTarget[]): Promise<(string[] | null)[]> {
    // Many requests have the same set.
    const searchOf = new Map(targets.map((target) => [keyOf(target), new BackwardSearch(target)]));
    const searches = [...searchOf.values()];
    for (let length = 1; length <= MAX_LENGTH; length++) {
      const open = searches.filter((search) => search.frontier.length > 0);
      if (open.length === 0) break;
      await this.markDirect(open);
      await this.expand(open.filter((search) => search.frontier.length > 0));
    }
    const names = await this.names(searches.flatMap((search) => search.chain ?? []));
    return targets.map((target) => searchOf.get(keyOf(target))?.chain?.map((id) => names.get(id) ?? id) ?? null);
  }

  private async markDirect(open: readonly BackwardSearch[]): Promise<void> {
    const rows: { at: number; node: string }[] = await this.dataSource.query(
      `SELECT DISTINCT k."at", k."node"
       FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS k("at", "set_id", "node")
         JOIN "dependency_set_member" m ON m."set_id" = k."set_id" AND m."component_id" = k."node" AND m."direct"
       ORDER BY k."at", k."node"`,
      frontierColumns(open),
    );
    for (const { at, node } of rows) open[at].endAt(node);
  }

  private async expand(open: readonly BackwardSearch[]): Promise<void> {
    const rows: { at: number; from: string; node: string }[] = await this.dataSource.query(
      `SELECT k."at", e."from_id" AS "from", k."node"
       FROM unnest($1::integer[], $2::bigint[], $3::bigint[]) AS k("at", "set_id", "node")
         JOIN "dependency_edge" e ON e."set_id" = k."set_id" AND e."to_id" = k."node"
       ORDER BY k."at", e."from_id", k."node"`,
      frontierColumns(open),
    );
    const bySearch = groupedBy(rows, ({ at }) => at);
    open.forEach((search, at) => search.advance(bySearch.get(at) ?? []));
  }

  private async names(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows: { id: string; name: string; version: string | null }[] = await this.dataSource.query(
      `SELECT "id", "name", "version" FROM "component" WHERE "id" = ANY($1::bigint[])`,
      [[...new Set(ids)]],
    );
    return new Map(rows.map(({ id, name, version }) => [id, version === null ? name : `${name}@${version}`]));
  }
}

/** Breadth first from the target towards what the package itself requires. */
class BackwardSearch {
  frontier: string[];
  chain: string[] | undefined;
  readonly setId: string;
  /** Node → the next one on the way to the target. */
  private readonly next = new Map<string, string | undefined>();

  constructor({ setId, componentId }: PathTarget) {
    this.setId = setId;
    this.frontier = [componentId];
    this.next.set(componentId, undefined);
  }

  endAt(node: string): void {
    if (this.chain !== undefined) return;
    this.chain = [];
    for (let at: string | undefined = node; at !== undefined; at = this.next.get(at)) this.chain.push(at);
    this.frontier = [];
  }

  advance(edges: readonly { from: string; node: string }[]): void {
    this.frontier = [];
    for (const { from, node } of edges) {
      if (this.next.has(from)) continue;
      this.next.set(from, node);
      this.frontier.push(from);
    }
  }
}

function keyOf({ setId, componentId }: PathTarget): string {
  return `${setId} ${componentId}`;
}

function frontierColumns(open: readonly BackwardSearch[]): [number[], string[], string[]] {
  const entries = open.flatMap((search, at) => search.frontier.map((node) => ({ at, setId: search.setId, node })));
  return [entries.map(({ at }) => at), entries.map(({ setId }) => setId), entries.map(({ node }) => node)];
}
