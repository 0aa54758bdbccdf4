import { compare } from '@renovatebot/pep440';
import { normalVersion } from '../versions.js';

/** Versions that are told in a message. */
const TOLD = 5;
/** More are not sorted: it would take too long for a message. */
const MAX_SORTED = 5000;

/** Some of the versions, to be named in a message: the newest, the last one first. */
export function newestVersions(versions: Iterable<string>): string[] {
  const all = [...versions];
  if (all.length > MAX_SORTED) return all.slice(-TOLD).reverse();
  const valid = all.filter((version) => normalVersion(version) !== undefined);
  const sorted = valid.sort((a, b) => compare(b, a));
  return (sorted.length > 0 ? sorted : all).slice(0, TOLD);
}
