/**
 * The values of a header, in the order in which they came, as the parser of Node has cut them out of the call.
 * `rawHeaders` has name and value by turns; unlike `headers`, it has repeated ones one by one.
 */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1].toLowerCase() === name);
}

/**
 * The names of headers that look like one of `names` (lower case): in any letter case, and with underscores for
 * hyphens, which servers in front of us or behind us may take for the same.
 */
export function lookalikes(rawHeaders: readonly string[], names: readonly string[]): string[] {
  const plain = new Set(names.map(withHyphens));
  const found = rawHeaders.filter((name, at) => at % 2 === 0 && plain.has(withHyphens(name.toLowerCase())));
  return [...new Set(found.map((name) => name.toLowerCase()))];
}

function withHyphens(name: string): string {
  return name.replaceAll('_', '-');
}
