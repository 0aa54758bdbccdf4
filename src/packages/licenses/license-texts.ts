import { runInThread, Slots } from '../../concurrency/index.js';
import type { DeclaredLicense } from '../../dependencies/index.js';
import type { LicenseText } from './matching/license-of-texts.js';

/** One thread at a time: the prepared licences take some ten megabytes in each. */
const slots = new Slots(1);
/** Sets for one message to the thread, so that texts are not all copied at once. */
const BATCH = 50;

/**
 * Which licence the texts of each set of files are, in the order of the sets: the files of one set belong to one
 * artifact. Texts may be hostile, but no longer than 256 KiB. Throws `ThreadError`, and the signal's reason.
 */
export async function licensesOfTexts(
  sets: readonly (readonly LicenseText[])[],
  signal: AbortSignal,
): Promise<DeclaredLicense[]> {
  const module = new URL('./matching/license-of-texts.js', import.meta.url);
  const licenses: DeclaredLicense[] = [];
  for (let at = 0; at < sets.length; at += BATCH) {
    const batch = sets.slice(at, at + BATCH);
    const giveBack = await slots.take(signal);
    try {
      licenses.push(...(await runInThread<DeclaredLicense[]>(module, 'licensesOfSets', batch, { signal })));
    } finally {
      giveBack();
    }
  }
  return licenses;
}
