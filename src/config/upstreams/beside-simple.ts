import type { RegistryUpstream, UpstreamAccess } from './upstreams.js';

/** How the base address of a Python index ends (PEP 503; devpi's is `+simple`). */
const SIMPLE = /\/\+?simple\/$/;

/**
 * Access to the files of Python indexes, which lie beside the pages and not below them: `…/packages/` or `…/+f/` where
 * the pages are at `…/simple/`. Credentials of an index are for the directory that both are in, unless an entry has
 * that very address, or two indexes in it have different credentials: nobody can tell then which of them a file needs.
 */
export function besideSimple(
  indexes: readonly RegistryUpstream[],
  access: readonly UpstreamAccess[],
): UpstreamAccess[] {
  const configured = new Map(access.map(({ url, authorization }) => [url, authorization]));
  const parents = new Map<string, Set<string | undefined>>();
  for (const { url } of indexes) {
    if (!SIMPLE.test(url)) continue;
    const parent = new URL('..', url).href;
    parents.set(parent, (parents.get(parent) ?? new Set()).add(configured.get(url)));
  }
  return [...parents].flatMap(([url, [authorization, ...others]]) => {
    const isClear = authorization !== undefined && others.length === 0 && !configured.has(url);
    return isClear ? [{ url, authorization, ca: undefined }] : [];
  });
}
