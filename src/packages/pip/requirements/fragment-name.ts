import { parseNamed, type Project } from './named.js';
import { invalidLine, type Place } from './place.js';
import type { FragmentEntry } from './requirement.js';

/**
 * The name in a fragment, as `egg`, counts before the one in front of the address. A version behind it (`egg=eel==1.0`)
 * was for an older pip and says nothing. Throws `ValidationError`.
 */
export function projectOf(
  fragment: readonly FragmentEntry[],
  before: Project | undefined,
  place: Place,
): Project | undefined {
  for (const once of ['egg', 'subdirectory']) {
    if (fragment.filter(({ key }) => key === once).length > 1)
      throw invalidLine(place, `The fragment of the address has "${once}" more than once.`);
  }
  const egg = fragment.find(({ key }) => key === 'egg')?.value ?? '';
  if (egg === '') return before;
  const { name, extras } = parseNamed(egg, place);
  return { name, extras: [...new Set([...(before?.extras ?? []), ...extras])].sort() };
}
