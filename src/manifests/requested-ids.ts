import { ValidationError } from '../errors/index.js';
import { quote } from '../http/index.js';

/** Largest id that the database can hold; larger ones name no request. */
const MAX_ID = 2_147_483_647n;
/** More requests than this in one document would take too much memory. */
const MAX_IDS = 1000;

/**
 * The ids of `requests=1,2,3`: trimmed, blanks skipped, repeats collapsed, in the order given. Throws `ValidationError`
 * quoting what is no decimal integer.
 */
export function parseRequestIds(text: string): bigint[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const wrong = items.find((item) => !/^[+-]?\d+$/.test(item));
  if (wrong !== undefined)
    throw new ValidationError(`${quote(wrong)} is not an integer: requests must be ids, separated by commas`);
  const ids = [...new Set(items.map(BigInt))];
  if (ids.length > MAX_IDS) throw new ValidationError(`At most ${MAX_IDS} requests can be combined, not ${ids.length}`);
  return ids;
}

/** Whether an id can be in the database at all. */
export function isPossibleId(id: bigint): boolean {
  return id >= 1n && id <= MAX_ID;
}
