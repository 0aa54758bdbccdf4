import type { ReleaseFile } from './release-file.js';
import type { ReleaseQuery } from './chosen-file.js';
import { fitsWheel, wheelsWanted } from '../distributions/wheel-filter.js';
import { parseWheelName } from '../distributions/wheel-name.js';

/** Why nothing can be taken: no file of a wanted kind, none with a demanded digest, only withdrawn ones. */
export type Refusal = 'kind' | 'hashes' | 'yanked';

/** What is taken of a release; `files` is never empty. */
export type Choice = { files: ReleaseFile[]; yanked: boolean } | { refusal: Refusal };

type Wanted = Pick<ReleaseQuery, 'name' | 'hashes' | 'wheels'>;

/**
 * Which files of a release are taken: the best source distribution, or the wheels that fit, or both. `files`: in the
 * order of the page. A yanked file is taken only where there is no other, and only if that is allowed (PEP 592).
 */
export function chooseFromRelease(query: Wanted, files: readonly ReleaseFile[], allowYanked: boolean): Choice {
  const ofKind = files.filter((file) => isWanted(file, query));
  if (ofKind.length === 0) return { refusal: 'kind' };
  const possible = ofKind.filter((file) => hashVerdict(file, query) !== 'wrong');
  if (possible.length === 0) return { refusal: 'hashes' };
  const current = possible.filter(({ yanked }) => yanked === undefined);
  if (current.length === 0 && !allowYanked) return { refusal: 'yanked' };
  const usable = current.length > 0 ? current : possible;
  // Where the index vouches for some of them, there is no need to try others.
  const right = usable.filter((file) => hashVerdict(file, query) === 'right');
  const best = right.length > 0 ? right : usable;
  const wheels = best.filter(({ kind }) => kind === 'wheel');
  return { files: [...onePerName(wheels), ...bestSdist(best)], yanked: current.length === 0 };
}

/** Whether the index says that a file has one of the demanded digests; `unknown` when it names no comparable one. */
export function hashVerdict(
  { digests }: Pick<ReleaseFile, 'digests'>,
  { hashes }: Pick<ReleaseQuery, 'hashes'>,
): 'right' | 'wrong' | 'unknown' {
  const known = hashes.filter(({ algorithm }) => Object.hasOwn(digests, algorithm));
  if (known.some(({ algorithm, digest }) => digests[algorithm] === digest.toLowerCase())) return 'right';
  return hashes.length > 0 && known.length === hashes.length ? 'wrong' : 'unknown';
}

function isWanted({ kind, fileName }: ReleaseFile, { name, wheels }: Wanted): boolean {
  const wanted = wheelsWanted(wheels, name);
  if (kind === 'sdist') return wanted !== 'only';
  if (wheels === undefined || wanted === 'no') return false;
  const wheel = parseWheelName(fileName);
  return wheel !== undefined && fitsWheel(wheel, wheels);
}

/** `.tar.gz`, `.zip`, the others; then what comes first on the page. */
function bestSdist(files: readonly ReleaseFile[]): ReleaseFile[] {
  const sdists = files.filter(({ kind }) => kind === 'sdist');
  return sdists.sort((a, b) => sdistRank(a) - sdistRank(b)).slice(0, 1);
}

function sdistRank({ fileName }: ReleaseFile): number {
  const rank = ['.tar.gz', '.zip'].findIndex((extension) => fileName.toLowerCase().endsWith(extension));
  return rank < 0 ? 2 : rank;
}

/** A page may name a file twice; they would lie in one place. */
function onePerName(files: readonly ReleaseFile[]): ReleaseFile[] {
  const byName = new Map<string, ReleaseFile>();
  for (const file of files) if (!byName.has(file.fileName)) byName.set(file.fileName, file);
  return [...byName.values()];
}
