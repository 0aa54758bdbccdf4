import type { DefaultEnvironmentVariable } from '../config/index.js';
import { UnsupportedFeature } from '../errors/index.js';
import { emptyResolution, type Resolution, type SourceEdit } from '../packages/index.js';
import type { Resolutions } from './resolve-all.js';

/**
 * Everything that the package managers found, as one. Throws `UnsupportedFeature` when two of them change the same
 * file in different ways.
 */
export function mergeResolutions(resolutions: Resolutions): Resolution {
  const merged = emptyResolution();
  const editors = new Map<string, { manager: string; edit: SourceEdit }>();
  for (const [manager, resolution] of resolutions) {
    merged.packages.push(...resolution.packages);
    merged.edges.push(...resolution.edges);
    merged.artifacts.push(...resolution.artifacts);
    merged.registryEntries.push(...resolution.registryEntries);
    merged.files.push(...resolution.files);
    for (const edit of resolution.edits) {
      const other = editors.get(edit.path);
      if (other !== undefined && other.manager !== manager && !isSameEdit(other.edit, edit)) {
        throw new UnsupportedFeature(
          `Both ${other.manager} and ${manager} change ${edit.path}. Post a request of its own for each of them.`,
        );
      }
      editors.set(edit.path, { manager, edit });
    }
  }
  merged.edits.push(...[...editors.values()].map(({ edit }) => edit));
  return merged;
}

function isSameEdit(a: SourceEdit, b: SourceEdit): boolean {
  if ('removed' in a || 'removed' in b) return 'removed' in a && 'removed' in b;
  return a.content.equals(b.content) && a.executable === b.executable;
}

type StoredVariables = Record<string, { value: string; kind: 'path' | 'literal' }>;

/**
 * The environment variables of a request: what each manager says, then the administrator's defaults for it over that.
 * Those for offline builds only are no part of it.
 */
export function environmentOf(
  resolutions: Resolutions,
  defaults: Readonly<Record<string, Readonly<Record<string, DefaultEnvironmentVariable>>>>,
): StoredVariables {
  const variables = new Map<string, { value: string; kind: 'path' | 'literal' }>();
  for (const [manager, resolution] of resolutions) {
    for (const { name, value, kind, mode } of resolution.environment) {
      if (mode !== 'offline') variables.set(name, { value, kind });
    }
    const own = Object.hasOwn(defaults, manager) ? defaults[manager] : {};
    for (const [name, { value, kind }] of Object.entries(own)) variables.set(name, { value, kind });
  }
  return Object.fromEntries(variables);
}
