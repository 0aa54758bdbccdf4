import type { RegistryUpstream } from '../../../config/index.js';

/** Which proxies may be asked for a module. */
export interface ModuleUpstreams {
  /** Base addresses with a slash at their ends, in the order in which they are asked; none when nobody is configured. */
  bases: readonly string[];
  /** Whether its name must not get around: neither to a checksum database nor to anybody who is not in `bases`. */
  isPrivate: boolean;
}

/**
 * Which of the configured proxies to ask for a module path, in which order. A proxy with scopes is for the modules at and
 * below them; a module that is in any scope is private. The proxy with the longest of these scopes comes first. A private
 * module goes to a proxy without scopes only if all that are for it say `fallback: next`; `never` ends any list.
 */
export function moduleUpstreams(path: string, upstreams: readonly RegistryUpstream[]): ModuleUpstreams {
  const scoped = upstreams
    .map((upstream) => ({ upstream, depth: depthOfScope(path, upstream.scopes) }))
    .filter(({ depth }) => depth > 0)
    .sort((one, other) => other.depth - one.depth)
    .map(({ upstream }) => upstream);
  const serving = [...scoped, ...upstreams.filter(({ scopes }) => scopes.length === 0)];
  const last = serving.findIndex(({ fallback }) => fallback === 'never');
  const asked = last < 0 ? serving : serving.slice(0, last + 1);
  return { bases: asked.map(({ url }) => url), isPrivate: scoped.length > 0 };
}

/** Length of the longest scope that a module path is in; 0 when it is in none. */
function depthOfScope(path: string, scopes: readonly string[]): number {
  return Math.max(0, ...scopes.map(withoutSlashes).filter((scope) => contains(scope, path)).map(({ length }) => length));
}

/** By whole elements. Not by case: another spelling must not carry a private name to a public proxy. */
function contains(scope: string, path: string): boolean {
  return `${path}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
}

function withoutSlashes(scope: string): string {
  return scope.split('/').filter((element) => element !== '').join('/');
}
