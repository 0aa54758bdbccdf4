/** A value of JSON. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A document in a form in which two that say the same are equal: lists in one order, empty ones left out, and what may be
 * written in two ways in one of them.
 */
export function canonical(document: object): object {
  return canonicalOf(document as Json) as object;
}

function canonicalOf(value: Json): Json {
  if (Array.isArray(value)) return sorted(value.map(canonicalOf));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const made = fieldOf(key, item);
    return made === undefined ? [] : [[key, made] as const];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(items: readonly Json[]): Json[] {
  const keyed = items.map((item) => ({ item, key: JSON.stringify(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}

/** Undefined for what says nothing. */
function fieldOf(key: string, value: Json): Json | undefined {
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (typeof value !== 'string') return canonicalOf(value);
  switch (key) {
    // Package URLs may have more or fewer characters percent-encoded.
    case 'purl':
      return decodeURIComponent(value);
    // cyclonedx-python-lib makes up references where there are none.
    case 'bom-ref':
      return value.startsWith('BomRef.') ? undefined : value;
    case 'timestamp':
      return new Date(value).toISOString();
    // The schema of SPDX 2.3 has both.
    case 'referenceCategory':
      return value.replace('_', '-');
    default:
      return value;
  }
}
