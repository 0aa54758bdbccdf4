import { posix } from 'node:path';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../../config/index.js';
import type { PackageConfig, Replacement } from '../../packages/index.js';

/** The stored `packages` of a request's body for its package managers; a missing or empty path is the root. */
export function packageConfigs(stored: Record<string, unknown>): Partial<Record<PackageManagerName, PackageConfig[]>> {
  const configs: Partial<Record<PackageManagerName, PackageConfig[]>> = {};
  for (const name of PACKAGE_MANAGER_NAMES) {
    const entries = Object.hasOwn(stored, name) ? stored[name] : undefined;
    if (Array.isArray(entries) && entries.length > 0) configs[name] = entries.map(packageConfig);
  }
  return configs;
}

function packageConfig(entry: Record<string, unknown>): PackageConfig {
  const path = typeof entry.path === 'string' ? posix.normalize(entry.path).replace(/\/$/, '') : '';
  return { ...entry, path: path === '' ? '.' : path };
}

/** The stored `dependency_replacements` of a request's body; those of types unknown here are left out. */
export function replacementsOf(stored: readonly Record<string, string>[]): Replacement[] {
  return stored.flatMap((entry) => {
    const type = PACKAGE_MANAGER_NAMES.find((name) => name === entry.type);
    if (type === undefined) return [];
    const newName = entry.new_name === undefined ? {} : { newName: entry.new_name };
    return [{ name: entry.name, type, version: entry.version, ...newName }];
  });
}
