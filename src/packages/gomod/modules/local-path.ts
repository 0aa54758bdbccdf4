const DIRECTORY = /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|[A-Za-z]:)/;

/**
 * Whether what replaces a module is a directory: `./x`, `..`, an absolute path, also one of Windows. Anything else is the
 * path of another module. As golang.org/x/mod/modfile.IsDirectoryPath.
 */
export function isLocalPath(text: string): boolean {
  return DIRECTORY.test(text);
}
