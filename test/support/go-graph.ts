import { join } from 'node:path';
import { go, goObjects, type GoOptions } from './go-command.js';
import type { Service } from './service.js';

/** Who requires whom: `name version` of a module → the same of those that it requires, sorted. */
export type Requirements = Record<string, string[]>;

export interface GraphQuestion extends Omit<GoOptions, 'directory'> {
  /** Checkout of the repository; commands may change it. */
  checkout: string;
  /** Directory of the module in it. */
  path: string;
  /** Module path. */
  main: string;
  /** Versions of the modules of the repository, by path. */
  versions: Record<string, string>;
  /** `name version` of the module's dependencies that are reported. */
  reported: readonly string[];
}

interface ListedModule {
  Path: string;
  Version?: string;
  Main?: boolean;
  Replace?: { Path: string; Version?: string };
}

/**
 * The module graph among what is reported, asked of the real `go`: each line of `go mod graph` that tells of a selected
 * version (by `go list -m all`), with what it requires in the selected version. Modules that require nothing are left
 * out. `go list` looks up every version, so the service does it another way.
 */
export async function requirementsOfGo(question: GraphQuestion): Promise<Requirements> {
  const { checkout, path, main, versions, reported, ...others } = question;
  const options = { ...others, directory: join(checkout, path) };
  const printed = await go(['mod', 'graph'], options);
  const selected = new Map<string, ListedModule>();
  for (const module of await goObjects<ListedModule>(['list', '-m', '-json', 'all'], options)) selected.set(module.Path, module);
  const nameOf = (module: ListedModule): string => {
    const { Path, Version, Main, Replace } = module;
    if (Replace !== undefined) return Replace.Version ? `${Replace.Path} ${Replace.Version}` : `${Path} ${Replace.Path}`;
    return `${Path} ${Main ? versions[Path] : Version}`;
  };
  const self = `${main} ${versions[main]}`;
  const lines = printed.split('\n').filter((line) => line !== '').map((line) => line.split(' '));
  const reached = reachedFrom(main, lines, selected);
  const requirements: Requirements = {};
  for (const [source, target] of lines) {
    const [[from, version], [to]] = [source.split('@'), target.split('@')];
    const [one, other] = [selected.get(from), selected.get(to)];
    if (one === undefined || other === undefined || one.Version !== version || !reached.has(source)) continue;
    const [requirer, required] = [nameOf(one), nameOf(other)];
    if (requirer === required || !reported.includes(required) || ![...reported, self].includes(requirer)) continue;
    requirements[requirer] = [...new Set([...(requirements[requirer] ?? []), required])].sort();
  }
  return requirements;
}

/** In a workspace `go` tells of all its modules: what one of them requires, as written and in selected versions. */
function reachedFrom(main: string, lines: readonly string[][], selected: ReadonlyMap<string, ListedModule>): Set<string> {
  const reached = new Set([main]);
  for (const each of reached) {
    for (const [, target] of lines.filter(([source]) => source === each)) {
      const { Path = target, Version } = selected.get(target.split('@')[0]) ?? {};
      reached.add(target).add(Version === undefined ? Path : `${Path}@${Version}`);
    }
  }
  return reached;
}

/** As an SBOM shows it: the package itself requires what it is not known who requires. */
export function withUnreached(requirements: Requirements, self: string, reported: readonly string[]): Requirements {
  const reached = new Set([self]);
  for (const each of reached) for (const other of requirements[each] ?? []) reached.add(other);
  const own = [...(requirements[self] ?? []), ...reported.filter((each) => !reached.has(each))].sort();
  return own.length === 0 ? requirements : { ...requirements, [self]: own };
}

interface Component {
  'bom-ref': string;
  name: string;
  version?: string;
  components?: Component[];
}

interface CycloneDx {
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/** What the SBOM of a request says of these components (`name version`), which others are left out of. */
export async function requirementsOfSbom(service: Service, id: number, names: readonly string[]): Promise<Requirements> {
  const response = await service.fetch(`/api/v1/requests/${id}/sbom?format=cyclonedx-1.6`);
  const { components, dependencies } = (await response.json()) as CycloneDx;
  const byRef = new Map<string, string>();
  const all = [...components];
  for (const { 'bom-ref': ref, name, version, components: parts = [] } of all) {
    const text = `${name} ${version}`;
    if (names.includes(text)) byRef.set(ref, text);
    all.push(...parts);
  }
  const requirements: Requirements = {};
  for (const { ref, dependsOn = [] } of dependencies) {
    const name = byRef.get(ref);
    const required = dependsOn.flatMap((each) => byRef.get(each) ?? []).sort();
    if (name !== undefined && required.length > 0) requirements[name] = required;
  }
  return requirements;
}
