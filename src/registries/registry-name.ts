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
const PIP_REPOSITORIES: readonly PipRepository[] = ['hosted', 'raw'];
/** Largest id that the database can hold. */
const MAX_ID = 2_147_483_647;

/** `cachito-npm-17`: the last part of the registry's path, and the name of its only user. (pip's has other paths.) */
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

/** Where a path below `/repository/` leads. */
interface RegistryPath {
  registry: RegistryName | undefined;
  /** Which part of pip's registry; undefined elsewhere. */
  repository: PipRepository | undefined;
  /** What follows, as it was sent, without a slash at its start; may be empty. */
  rest: string;
}

/** Takes apart a path as it was sent. */
export function splitRegistryPath(path: string): RegistryPath {
  const [, base, name = '', ...rest] = path.split('/');
  const target = base === REGISTRY_BASE ? parseTarget(name) : undefined;
  return { registry: target?.registry, repository: target?.repository, rest: rest.join('/') };
}

/** A registry, or a part of pip's: they are served apart but belong to one user. */
function parseTarget(name: string): Pick<RegistryPath, 'registry' | 'repository'> {
  for (const repository of PIP_REPOSITORIES) {
    const prefix = `${PREFIX}pip-${repository}-`;
    if (!name.startsWith(prefix)) continue;
    const registry = parseRegistryName(`${PREFIX}pip-${name.slice(prefix.length)}`);
    return { registry, repository: registry && repository };
  }
  return { registry: parseRegistryName(name), repository: undefined };
}
