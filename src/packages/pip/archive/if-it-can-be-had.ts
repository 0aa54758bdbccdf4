import { CachitoError } from '../../../errors/index.js';
import type { ResolveJob } from '../../package-manager.js';
import { quote } from '../../quote.js';

/**
 * What `archive` returns. For what only a constraints file (`file`) names, undefined with a warning where it is refused:
 * nobody may need it. A failure that another attempt may not have is thrown all the same.
 */
export async function ifItCanBeHad<Result>(
  { file, optional }: { file: string; optional: boolean },
  { log, signal }: Pick<ResolveJob, 'log' | 'signal'>,
  archive: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await archive();
  } catch (error) {
    if (!optional || signal.aborted || !(error instanceof CachitoError && error.origin === 'client')) throw error;
    log.warn(`Left out, since only the constraints file ${quote(file)} names it: ${error.message}`);
    return undefined;
  }
}
