import { takingTurns } from '../../../concurrency/index.js';
import { satisfies } from '../versions.js';
import type { StatedRequirement } from './stated-requirement.js';

/** One of the dependencies that the requirements files of a package lock. */
export interface LockedDependency {
  /** As indexes know it (PEP 503). */
  name: string;
  /** PEP 440; undefined for what has an address instead. */
  version: string | undefined;
  /** Those that the requirements files ask for. */
  extras: ReadonlySet<string>;
  /** Undefined = unknown. */
  requires: readonly StatedRequirement[] | undefined;
}

/** Who requires whom, by places in the list of dependencies. */
export interface DependencyGraph {
  /** For each dependency, those that it requires. */
  requires: readonly ReadonlySet<number>[];
  /** Those that the package itself requires, as its own files say. */
  own: ReadonlySet<number>;
}

/** Something to follow: all that counts when one asks for this extra; undefined = what always counts. */
interface Step {
  place: number;
  extra: string | undefined;
}

/** Of one request; real ones have some ten thousand. Each look at a candidate counts as one. */
export const MAX_EDGES = 300_000;

/**
 * Links what is locked. A requirement leads to the dependency of its name, whatever its version: the lock decides. Where
 * several versions are locked, it leads to those that satisfy it, else to all. What belongs to an extra counts only when
 * someone asks for the extra. Environment markers count as true. `own`: what the package itself requires. Undefined when
 * that comes to more edges than `room.edges`, which is reduced by what they come to.
 */
export async function linkDependencies(
  locked: readonly LockedDependency[],
  own: readonly StatedRequirement[],
  room: { edges: number },
): Promise<DependencyGraph | undefined> {
  const linker = new Linker(locked, room);
  const fromOwn = new Set<number>();
  for await (const requirement of takingTurns(own)) {
    if (requirement.onlyFor === undefined) await linker.follow(requirement, undefined, fromOwn);
    if (room.edges < 0) return undefined;
  }
  for await (const step of takingTurns(linker.steps())) {
    for (const requirement of linker.requirementsOf(step)) {
      await linker.follow(requirement, step.place, linker.requires[step.place]);
      if (room.edges < 0) return undefined;
    }
  }
  return { requires: linker.requires, own: fromOwn };
}

class Linker {
  readonly requires: Set<number>[];
  private readonly placesByName = new Map<string, number[]>();
  private readonly extras: Set<string>[];
  private readonly todo: Step[] = [];
  /** By place: what is required for each extra. */
  private readonly optional = new Map<number, Map<string, StatedRequirement[]>>();
  /** Places that a name and a specifier lead to, where there are several of the name. */
  private readonly choices = new Map<string, readonly number[]>();

  constructor(
    private readonly locked: readonly LockedDependency[],
    private readonly room: { edges: number },
  ) {
    this.requires = locked.map(() => new Set());
    this.extras = locked.map(() => new Set());
    for (const [place, { name, extras }] of locked.entries()) {
      const places = this.placesByName.get(name);
      if (places === undefined) this.placesByName.set(name, [place]);
      else places.push(place);
      this.todo.push({ place, extra: undefined });
      this.ask(place, extras);
    }
  }

  /** Everything to follow, also what is found to be asked for meanwhile. */
  *steps(): Generator<Step> {
    for (let step = this.todo.pop(); step !== undefined; step = this.todo.pop()) yield step;
  }

  requirementsOf({ place, extra }: Step): readonly StatedRequirement[] {
    const all = this.locked[place].requires ?? [];
    if (extra === undefined) return all.filter(({ onlyFor }) => onlyFor === undefined);
    const byExtra = this.optional.get(place) ?? groupedByExtra(all);
    this.optional.set(place, byExtra);
    return byExtra.get(extra) ?? [];
  }

  /** Notes in `into` where a requirement of `from` (undefined: of the package itself) leads. */
  async follow({ name, specifier, extras }: StatedRequirement, from: number | undefined, into: Set<number>): Promise<void> {
    // A distribution may ask for extras of its own.
    const isItself = from !== undefined && this.locked[from].name === name;
    for (const to of isItself ? [from] : await this.choose(name, specifier)) {
      this.room.edges -= 1;
      if (to !== from) into.add(to);
      this.ask(to, extras);
    }
  }

  private ask(place: number, extras: Iterable<string>): void {
    for (const extra of extras) {
      if (this.extras[place].has(extra)) continue;
      this.extras[place].add(extra);
      this.todo.push({ place, extra });
    }
  }

  private async choose(name: string, specifier: string): Promise<readonly number[]> {
    const places = this.placesByName.get(name) ?? [];
    if (places.length < 2 || specifier === '') return places;
    const key = `${name} ${specifier}`;
    const known = this.choices.get(key);
    if (known !== undefined) return known;
    const fitting: number[] = [];
    for await (const place of takingTurns(places)) {
      this.room.edges -= 1;
      const { version } = this.locked[place];
      // What has an address may be any version.
      if (version === undefined || satisfies(version, specifier)) fitting.push(place);
    }
    const chosen = fitting.length > 0 ? fitting : places;
    this.choices.set(key, chosen);
    return chosen;
  }
}

function groupedByExtra(requirements: readonly StatedRequirement[]): Map<string, StatedRequirement[]> {
  const byExtra = new Map<string, StatedRequirement[]>();
  for (const requirement of requirements) {
    for (const extra of requirement.onlyFor ?? []) {
      const known = byExtra.get(extra);
      if (known === undefined) byExtra.set(extra, [requirement]);
      else known.push(requirement);
    }
  }
  return byExtra;
}
