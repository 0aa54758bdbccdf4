import type { DefaultEnvironmentVariable, PackageManagerName } from '../config/index.js';
import { UnsupportedFeature } from '../errors/index.js';
import type {
  BuildMode,
  BuildRequirement,
  ConfigurationFile,
  EnvironmentVariable,
  RegistryEntry,
  Resolution,
  SourceEdit,
} from '../packages/index.js';
import type { RegistryAccess } from '../registries/index.js';
import type { Resolutions } from './resolve-all.js';

const BUILD_MODES: readonly BuildMode[] = ['registry', 'offline'];

/** What goes into the rows and the bundle of a request. */
export interface MergedResolution extends Pick<Resolution, 'packages' | 'edges' | 'artifacts' | 'generated' | 'edits'> {
  buildRequirements: BuildRequirement[];
}

/**
 * What all package managers found, together. Throws `UnsupportedFeature` when two of them change the same file in
 * different ways, or two configuration files belong at the same place.
 */
export function mergeResolutions(resolutions: Resolutions): MergedResolution {
  refuseSamePlace(resolutions);
  const all = [...resolutions.values()];
  return {
    packages: all.flatMap(({ packages }) => packages),
    edges: all.flatMap(({ edges }) => edges),
    artifacts: all.flatMap(({ artifacts }) => artifacts),
    generated: all.flatMap(({ generated }) => generated),
    edits: mergeEdits(resolutions),
    buildRequirements: all.flatMap(({ buildRequirements = [] }) => buildRequirements),
  };
}

function mergeEdits(resolutions: Resolutions): SourceEdit[] {
  const editors = new Map<string, { manager: string; edit: SourceEdit }>();
  for (const [manager, { edits }] of resolutions) {
    for (const edit of edits) {
      const other = editors.get(edit.path);
      if (other !== undefined && other.manager !== manager && !isSameEdit(other.edit, edit)) {
        throw new UnsupportedFeature(
          `Both ${other.manager} and ${manager} change ${edit.path}. Post a request of its own for each of them.`,
        );
      }
      editors.set(edit.path, { manager, edit });
    }
  }
  return [...editors.values()].map(({ edit }) => edit);
}

/** pip's are called as the requirements files are, which may be anything: `.npmrc`. */
function refuseSamePlace(resolutions: Resolutions): void {
  const writers = new Map<string, string>();
  for (const [manager, { files }] of resolutions) {
    for (const { path, mode } of files) {
      for (const each of mode === undefined ? BUILD_MODES : [mode]) {
        const other = writers.get(`${each} ${path}`);
        if (other !== undefined) {
          throw new UnsupportedFeature(
            `Both ${other} and ${manager} need a configuration file at ${path}. Give the one of the repository another name.`,
          );
        }
        writers.set(`${each} ${path}`, manager);
      }
    }
  }
}

function isSameEdit(a: SourceEdit, b: SourceEdit): boolean {
  if ('removed' in a || 'removed' in b) return 'removed' in a && 'removed' in b;
  return (
    Buffer.isBuffer(a.content) &&
    Buffer.isBuffer(b.content) &&
    a.content.equals(b.content) &&
    a.executable === b.executable
  );
}

/** The registry that one package manager of a request gets. */
interface NewRegistry {
  packageManager: PackageManagerName;
  access: RegistryAccess;
  entries: readonly RegistryEntry[];
  files: readonly ConfigurationFile[];
  /** Those that are templates. */
  variables: readonly EnvironmentVariable[];
}

/** A registry for every package manager that has one, even if nothing lies in it, with fresh credentials. */
export function registriesOf(
  resolutions: Resolutions,
  issue: (packageManager: PackageManagerName) => RegistryAccess,
): NewRegistry[] {
  return [...resolutions].flatMap(([packageManager, { registryEntries: entries, files, environment }]) => {
    const variables = environment.filter(({ value }) => typeof value !== 'string');
    if (entries.length === 0 && files.length === 0 && variables.length === 0) return [];
    return [{ packageManager, access: issue(packageManager), entries, files, variables }];
  });
}

type Variables = Record<string, { value: string; kind: 'path' | 'literal' }>;

/**
 * The environment variables of a request for each way to build, without templates: what each manager says, then the
 * administrator's defaults for it over that. A manager that found no package has none.
 */
export function environmentOf(
  resolutions: Resolutions,
  defaults: Readonly<Record<string, Readonly<Record<string, DefaultEnvironmentVariable>>>>,
): Record<BuildMode, Variables> {
  return { registry: variablesOf('registry', resolutions, defaults), offline: variablesOf('offline', resolutions, defaults) };
}

function variablesOf(
  wanted: BuildMode,
  resolutions: Resolutions,
  defaults: Readonly<Record<string, Readonly<Record<string, DefaultEnvironmentVariable>>>>,
): Variables {
  const variables = new Map<string, { value: string; kind: 'path' | 'literal' }>();
  for (const [manager, resolution] of resolutions) {
    // Nothing was found, so nothing is to be built with it.
    if (resolution.packages.length === 0 && resolution.environment.length === 0) continue;
    for (const { name, value, kind, mode } of resolution.environment) {
      if (typeof value === 'string' && (mode === undefined || mode === wanted)) variables.set(name, { value, kind });
    }
    const own = Object.hasOwn(defaults, manager) ? defaults[manager] : {};
    for (const [name, { value, kind }] of Object.entries(own)) variables.set(name, { value, kind });
  }
  return Object.fromEntries(variables);
}
