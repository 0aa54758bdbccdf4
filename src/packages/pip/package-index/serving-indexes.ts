import type { RegistryUpstream } from '../../../config/index.js';
import { indexName } from '../names.js';

/**
 * Which indexes to ask for a project (PEP 503 name), in order. An index with name patterns is asked for these only, and
 * one that says `fallback: never` is the last.
 */
export function servingIndexes(project: string, upstreams: readonly RegistryUpstream[]): RegistryUpstream[] {
  const serving = upstreams.filter(
    ({ scopes }) => scopes.length === 0 || scopes.some((pattern) => fitsPattern(project, indexName(pattern))),
  );
  const last = serving.findIndex(({ fallback }) => fallback === 'never');
  return last < 0 ? serving : serving.slice(0, last + 1);
}

/** Address of the page with the files of a project (PEP 503); `index`: the base address, with a slash at its end. */
export function projectPage(index: string, project: string): string {
  return `${index}${project}/`;
}

/** `*` stands for any text, also for none. Each part is taken where it comes first, so nothing is tried twice. */
function fitsPattern(name: string, pattern: string): boolean {
  const [start, ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return name === start;
  if (!name.startsWith(start)) return false;
  let at = start.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - end.length >= at && name.endsWith(end);
}
