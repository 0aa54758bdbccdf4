/**
 * Whether a text matches a pattern, in which `*` stands for any characters, also none. Each piece between stars is
 * taken where it is found first: nothing is tried again.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  const [start = '', ...pieces] = pattern.split('*');
  if (pieces.length === 0) return text === pattern;
  const end = pieces.pop() ?? '';
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}
