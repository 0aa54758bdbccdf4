/** The parts of a path as it was sent, each percent-decoded once; undefined when one cannot be. */
export function decodedParts(path: string): string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
