import { posix } from 'node:path';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../../config/index.js';
import { ValidationError } from '../../errors/index.js';
import { readWheelFilter } from '../../packages/index.js';
import { isObject } from './plain-object.js';

/** `packages` of a body, after its shape was checked: manager → entries. */
export type PackageConfigs = Partial<Record<PackageManagerName, PackageEntry[]>>;

export interface PackageEntry {
  path?: string;
  requirements_files?: string[];
  requirements_build_files?: string[];
  /** As `readWheelFilter` takes it. */
  binary?: object;
  /** As `binary` without any field. */
  allow_binary?: boolean;
}

/** What an entry of each manager may hold; git-submodule takes no configuration. */
const KEYS: Record<PackageManagerName, readonly (keyof PackageEntry)[]> = {
  gomod: ['path'],
  npm: ['path'],
  pip: ['path', 'requirements_files', 'requirements_build_files', 'binary', 'allow_binary'],
  'git-submodule': [],
  yarn: ['path'],
  rubygems: ['path'],
};

const MAX_PATH = 4096;

/** What is wrong with the shape of `packages`, or undefined. The text names the manager and the key. */
export function packagesProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'must be an object: package manager → array of package configurations';
  for (const [name, entries] of Object.entries(value)) {
    const manager = PACKAGE_MANAGER_NAMES.find((each) => each === name);
    if (manager === undefined) return `must name package managers only, not ${JSON.stringify(name).slice(0, 80)}`;
    if (manager === 'git-submodule') return 'must not configure git-submodule, which has no configuration';
    if (!Array.isArray(entries)) return `must hold an array for ${manager}`;
    const problem = entries.map((entry) => entryProblem(manager, entry)).find((each) => each !== undefined);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function entryProblem(manager: PackageManagerName, entry: unknown): string | undefined {
  if (!isObject(entry)) return `must hold objects for ${manager}`;
  if (Object.keys(entry).length === 0) return `must hold non-empty objects for ${manager}`;
  for (const [key, value] of Object.entries(entry)) {
    const known = KEYS[manager].find((each) => each === key);
    if (known === undefined) {
      return `must not have the unexpected property ${JSON.stringify(key).slice(0, 80)} for ${manager}`;
    }
    const problem = valueProblem(manager, known, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function valueProblem(manager: PackageManagerName, key: keyof PackageEntry, value: unknown): string | undefined {
  if (key === 'binary') return wheelsProblem(value);
  const problem = PROBLEMS[key](value);
  return problem === undefined ? undefined : `${problem}: "${key}" of ${manager}`;
}

const PROBLEMS: Record<Exclude<keyof PackageEntry, 'binary'>, (value: unknown) => string | undefined> = {
  path: pathProblem,
  requirements_files: pathsProblem,
  requirements_build_files: pathsProblem,
  allow_binary: (value) => (typeof value === 'boolean' ? undefined : 'must have true or false'),
};

function wheelsProblem(binary: unknown): string | undefined {
  try {
    readWheelFilter({ binary });
    return undefined;
  } catch (error) {
    if (error instanceof ValidationError) return `is not valid for pip: ${error.message}`;
    throw error;
  }
}

function pathsProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must have an array of paths';
  return value.map(pathProblem).find((each) => each !== undefined);
}

function pathProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must have a path that is a non-empty string';
  if (value.length > MAX_PATH) return `must have a path of at most ${MAX_PATH} characters`;
  if (posix.isAbsolute(value)) return 'must have a path that is relative to the repository';
  if (posix.normalize(value).split('/').includes('..'))
    return 'must have a path without ".." that stays in the repository';
  return undefined;
}

/** The directories that a manager works on, normalised; no or an empty configuration means the root, `.`. */
export function packagePaths(packages: PackageConfigs, manager: PackageManagerName): string[] {
  const entries = packages[manager] ?? [];
  if (entries.length === 0) return ['.'];
  return entries.map(({ path }) => (path === undefined ? '.' : posix.normalize(path).replace(/\/$/, '')));
}
