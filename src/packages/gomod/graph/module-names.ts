import type { GoReplace } from '../files/directive-values.js';
import type { FoundModule } from '../findings.js';
import type { Listing } from '../listing.js';
import { type LocalModule, reportedModule } from '../report.js';
import type { GraphNode } from './module-graph.js';

/** What is known of the names under which modules are reported. */
export interface KnownNames {
  /** The modules of the workspace, or the only one. */
  locals: readonly LocalModule[];
  /** See `replacedModules`. */
  replaced: ReadonlyMap<string, FoundModule>;
  /** The `replace` lines of `go.work`, then those of `go.mod` files: the first ones that tell of a module count. */
  directives: readonly (readonly GoReplace[])[];
}

/**
 * The replaced modules of which packages are imported, by `path@version` of their own, as they are reported. `go list`
 * knows them best: in a workspace it names directories as seen from `go.work`.
 */
export function replacedModules({ packages }: Listing): Map<string, FoundModule> {
  const replaced = new Map<string, FoundModule>();
  for (const { module } of packages.values()) {
    if (module?.Replace === undefined) continue;
    replaced.set(keyOf(module.Path, module.Version ?? ''), reportedModule(module, []));
  }
  return replaced;
}

/** What the modules of a graph are called in the report. */
export class ModuleNames {
  private readonly locals: ReadonlyMap<string, LocalModule>;
  private readonly replaced: ReadonlyMap<string, FoundModule>;
  /** By `path@version`, or by path for all versions. */
  private readonly directives: readonly ReadonlyMap<string, GoReplace>[];

  constructor({ locals, replaced, directives }: KnownNames) {
    this.locals = new Map(locals.map((local) => [local.name, local]));
    this.replaced = replaced;
    this.directives = directives.map(
      (each) => new Map(each.map((line) => [line.version === undefined ? line.path : keyOf(line.path, line.version), line])),
    );
  }

  nameOf({ path, version }: GraphNode): FoundModule {
    if (version === undefined) return { name: path, version: this.locals.get(path)?.version ?? '' };
    const replaced = this.replaced.get(keyOf(path, version));
    if (replaced !== undefined) return replaced;
    for (const lines of this.directives) {
      const line = lines.get(keyOf(path, version)) ?? lines.get(path);
      if (line?.newVersion !== undefined) return { name: line.newPath, version: line.newVersion };
      if (line !== undefined) return { name: path, version: line.newPath };
    }
    return { name: path, version };
  }
}

function keyOf(path: string, version: string): string {
  return `${path}@${version}`;
}
