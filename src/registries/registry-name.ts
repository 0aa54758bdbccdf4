import type { PipRepository } from '../packages/index.js';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../config/index.js';

/** Whose registry: a request has at most one for each of its package managers. */
export interface RegistryName {
  packageManager: PackageManagerName;
  requestId: number;
}

/** Every registry lies below this path. */
export const REGISTRY_BASE = 'repository';

const PREFIX = 'cachito-';
/** Largest id that the database can hold. */
const MAX_ID = 2_147_483_647;

/** `cachito-npm-17`: the last part of the registry's path, and the name of its only user. */
export function formatRegistryName({ packageManager, requestId }: RegistryName): string {
  return `${PREFIX}${packageManager}-${requestId}`;
}

/** `cachito-pip-hosted-17`: the last part of the path of one part of pip's registry. */
export function formatRepositoryName(repository: PipRepository, requestId: number): string {
  return `${PREFIX}pip-${repository}-${requestId}`;
}

/** The only spelling of a name, or undefined. */
export function parseRegistryName(text: string): RegistryName | undefined {
  const end = text.lastIndexOf('-');
  if (!text.startsWith(PREFIX) || end < PREFIX.length) return undefined;
  const packageManager = PACKAGE_MANAGER_NAMES.find((name) => name === text.slice(PREFIX.length, end));
  const id = text.slice(end + 1);
  if (packageManager === undefined || !/^[1-9]\d{0,9}$/.test(id) || Number(id) > MAX_ID) return undefined;
  return { packageManager, requestId: Number(id) };
}

/** The registry that a path as it was sent belongs to, and the rest of the path, which may be empty. */
export function splitRegistryPath(path: string): { registry: RegistryName | undefined; rest: string } {
  const [, base, name = '', ...rest] = path.split('/');
  const registry = base === REGISTRY_BASE ? parseRegistryName(name) : undefined;
  return { registry, rest: rest.join('/') };
}
