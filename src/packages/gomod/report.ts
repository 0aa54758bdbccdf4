import { posix } from 'node:path';
import { inTurns } from '../../concurrency/index.js';
import type { Replacement } from '../package-manager.js';
import type { FoundImport, FoundModule, FoundPackage, ModuleFindings } from './findings.js';
import { pathBelow } from './go-paths.js';
import type { GoModule, Listing, ListedPackage } from './listing.js';

/** A module of the repository: the requested one, or another one of its workspace. */
export interface LocalModule {
  /** Module path. */
  name: string;
  /** By tags. */
  version: string;
  /** Relative to the repository. */
  directory: string;
}

/** What commands said about one requested directory. */
export interface Listed {
  main: LocalModule;
  /** The other modules of the workspace. */
  others: readonly LocalModule[];
  /** Modules that were downloaded, or that `vendor/modules.txt` names. */
  downloaded: readonly FoundModule[];
  listing: Listing;
  replacements: readonly Replacement[];
}

/**
 * What is reported of a module (`gomod`) and its packages (`go-package`), without the module graph. Lists are sorted by
 * name, then version.
 */
export async function report({ main, others, downloaded, listing, replacements }: Listed): Promise<ModuleFindings> {
  const locals = new Map([main, ...others].map((module) => [module.name, module]));
  const imported = [...listing.packages.values()].flatMap(({ module }) =>
    module === undefined || module.Main === true ? [] : [reportedModule(module, replacements)],
  );
  const workspace = others.map(({ name, version }) => ({ name, version }));
  const versions = new PackageVersions(main, locals, listing);
  const packages: FoundPackage[] = [];
  await inTurns(listing.roots, ([name, reached]) => void packages.push(foundPackage(name, reached, main, versions)));
  return {
    directory: main.directory,
    name: main.name,
    version: main.version,
    dependencies: unique([...imported, ...downloaded, ...workspace]),
    packages: packages.sort(byName),
    imports: versions.imports,
    graph: undefined,
  };
}

/** A module as it is reported: what takes its place, unless that is a directory. */
export function reportedModule(module: GoModule, replacements: readonly Replacement[]): FoundModule {
  const { Path, Version = '', Replace } = module;
  if (Replace === undefined) return { name: Path, version: Version };
  if (Replace.Version === undefined) return { name: Path, version: Replace.Path };
  const found = { name: Replace.Path, version: Replace.Version };
  const isAsked = replacements.some(({ name }) => name === Path);
  return isAsked ? { ...found, replaces: { name: Path, version: Version } } : found;
}

function foundPackage(
  name: string,
  reached: Uint32Array,
  main: LocalModule,
  versions: PackageVersions,
): FoundPackage {
  const path = posix.join(main.directory, pathBelow(main.name, name));
  return { name, path, imports: reached.map((number) => versions.placeOf(number)).sort() };
}

/** The imported packages with their versions, each once, however many import it. */
class PackageVersions {
  readonly imports: FoundImport[] = [];
  /** Number in the listing → place. */
  private readonly places = new Map<number, number>();

  constructor(
    private readonly main: LocalModule,
    private readonly locals: ReadonlyMap<string, LocalModule>,
    private readonly listing: Listing,
  ) {}

  placeOf(number: number): number {
    const known = this.places.get(number);
    if (known !== undefined) return known;
    const path = this.listing.pathOf(number);
    const place = this.imports.push({ name: path, version: this.version(this.listing.packages.get(path), path) }) - 1;
    this.places.set(number, place);
    return place;
  }

  private version(found: ListedPackage | undefined, path: string): string | null {
    if (found?.standard === true) return null;
    const { module } = found ?? {};
    // Nobody provides it: code that the project generates.
    if (module === undefined) return this.main.version;
    if (module.Main === true) return this.locals.get(module.Path)?.version ?? this.main.version;
    const { version } = reportedModule(module, []);
    const below = pathBelow(module.Path, path);
    return version.startsWith('.') && below !== '' ? `${version.replace(/\/$/, '')}/${below}` : version;
  }
}

/** Each name and version once; one that stands in for another module is told from one that does not. */
function unique(modules: readonly FoundModule[]): FoundModule[] {
  const found = new Map<string, FoundModule>();
  for (const module of modules) {
    const key = `${module.name} ${module.version}`;
    if (module.replaces !== undefined || !found.has(key)) found.set(key, module);
  }
  return [...found.values()].sort((one, other) => byName(one, other) || compare(one.version, other.version));
}

function byName(one: { name: string }, other: { name: string }): number {
  return compare(one.name, other.name);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
