/** `a/b` contains `a/b` and `a/b/c`, not `a/bc`. `.` contains everything that does not begin with `..`. */
export function containsPath(outer: string, inner: string): boolean {
  if (outer === '.') return inner !== '..' && !inner.startsWith('../');
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** The rest of an import path below a module path, empty for the module itself. */
export function pathBelow(modulePath: string, importPath: string): string {
  return importPath === modulePath ? '' : importPath.slice(modulePath.length + 1);
}

/**
 * Whether the pattern `./...` takes in a package of the main module by its path below it: not what lies in `testdata`,
 * or in directories that begin with a dot or an underscore (`go help packages`).
 */
export function isMatched(below: string): boolean {
  return !below.split('/').some((part) => part === 'testdata' || part === 'vendor' || /^[._]/.test(part));
}
