import { addAbortSignal, type Readable } from 'node:stream';
import type { ArchivedFile } from './package-manager.js';

/** The bytes of an archived file. */
export type ReadableFile = Pick<ArchivedFile, 'size' | 'read'>;

/**
 * What `look` finds in an archived file; undefined when it throws, since whatever is wrong with the content is for
 * nobody to mend. Throws only what reading the store throws, and the signal's reason.
 */
export async function readLeniently<Found>(
  file: ReadableFile,
  signal: AbortSignal,
  look: (file: ReadableFile) => Promise<Found>,
): Promise<Found | undefined> {
  signal.throwIfAborted();
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => void (failure ??= { error });
  const read = async (range?: { start: number; end: number }): Promise<Readable> => {
    try {
      const content = await file.read(range);
      return addAbortSignal(signal, content.on('error', fail));
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  try {
    return await look({ size: file.size, read });
  } catch {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    return undefined;
  }
}
