/** Compares decimal numbers without leading zeros, of any length: negative, 0 or positive. No number, `''`, is least. */
export function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return compareText(a, b);
}

/** Compares as ASCII does: negative, 0 or positive. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The decimal number plus one. */
export function increment(decimal: string): string {
  return (BigInt(decimal) + 1n).toString();
}
