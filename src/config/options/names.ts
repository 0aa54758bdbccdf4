import { UNUSED } from './unused.js';
import { USED } from './used.js';

/** One row per name that the service knows. `docs/configuration.md` has the same rows; a test compares them. */
export type OptionName =
  | { name: string; standing: 'used' }
  | { name: string; standing: 'alias'; of: string }
  | { name: string; standing: 'ignored'; because: string };

export const OPTION_NAMES: readonly OptionName[] = [
  ...Object.values(USED).flatMap(({ name, aliases }): OptionName[] => [
    { name, standing: 'used' },
    ...aliases.map((alias): OptionName => ({ name: alias, standing: 'alias', of: name })),
  ]),
  ...UNUSED.map(({ name, because, aliasOf }): OptionName =>
    aliasOf === undefined ? { name, standing: 'ignored', because } : { name, standing: 'alias', of: aliasOf },
  ),
];

/** Kubernetes gives every container the addresses of the services of its namespace; one may be called `cachito`. */
const INJECTED = /^CACHITO_(?:\w+_)?(?:SERVICE_\w+|PORT(?:_\w+)?)$/;

/** The names of the environment that look like ours and are not known. */
export function unknownNames(names: readonly string[]): string[] {
  const known = new Set(OPTION_NAMES.map(({ name }) => name));
  return names.filter((name) => name.startsWith('CACHITO_') && !known.has(name) && !INJECTED.test(name)).sort();
}

/** The known name that is most like this one, if any is. */
export function similarName(name: string): string | undefined {
  const [best] = OPTION_NAMES.map((known) => ({ name: known.name, distance: editDistance(name, known.name) })).sort(
    (one, other) => one.distance - other.distance,
  );
  return best !== undefined && best.distance <= 4 ? best.name : undefined;
}

/** Levenshtein's: how many letters differ. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one.slice(0, 100)].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) {
      const replaced = (row[j] ?? 0) + (letter === other[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
