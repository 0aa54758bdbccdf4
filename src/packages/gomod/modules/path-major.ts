/** A module path without its major version, and that. */
export interface SplitPath {
  prefix: string;
  /** `/v2`, for gopkg.in `.v2` or `.v2-unstable`; empty when the path has none, which stands for versions 0 and 1. */
  suffix: string;
  /** The one major version that the path allows, a decimal number; undefined = 0 or 1. */
  major: string | undefined;
}

const VERSION_LIKE = /^v[0-9.]+$/;
const MAJOR = /^v(?:[2-9]|[1-9][0-9]+)$/;
const GOPKG_IN = /^\.v(0$|[1-9][0-9]*(?=$|-unstable$))/;

/**
 * Splits the major version off a module path, as golang.org/x/mod/module.SplitPathVersion does. Undefined when the path
 * ends with something that looks like a major version but may not be one: `/v1`, `/v02`, `/v1.2`, `gopkg.in/yaml`.
 */
export function splitMajor(path: string): SplitPath | undefined {
  return path.startsWith('gopkg.in/') ? splitGopkgIn(path) : splitElement(path);
}

function splitElement(path: string): SplitPath | undefined {
  const slash = path.lastIndexOf('/');
  const last = path.slice(slash + 1);
  if (slash < 0 || !VERSION_LIKE.test(last)) return { prefix: path, suffix: '', major: undefined };
  if (!MAJOR.test(last)) return undefined;
  return { prefix: path.slice(0, slash), suffix: path.slice(slash), major: last.slice(1) };
}

function splitGopkgIn(path: string): SplitPath | undefined {
  const dot = path.lastIndexOf('.');
  const match = GOPKG_IN.exec(path.slice(dot));
  if (match === null) return undefined;
  return { prefix: path.slice(0, dot), suffix: path.slice(dot), major: match[1] };
}
