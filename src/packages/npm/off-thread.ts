import { runInThread, ThreadError } from '../../concurrency/index.js';
import { type CachitoError, InvalidFileFormat, UnsupportedFeature, ValidationError } from '../../errors/index.js';
import { type LockFileContent, type LockFileInput, readLockFile } from './lockfile/read-lock-file.js';
import { type LockRewrite, rewriteLockFile, type RewrittenLockFile } from './rewrite/rewrite-lock-file.js';

/** Characters of a lock file that are worked on at once; longer ones would keep everybody else waiting. */
const MAX_INLINE = 256 * 1024;
/** Milliseconds; the largest real lock files take some seconds. */
const TIMEOUT = 120_000;

/** `readLockFile`, of a long lock file in a thread of its own. */
export async function readLockFileAside(input: LockFileInput, signal: AbortSignal): Promise<LockFileContent> {
  if (input.text.length <= MAX_INLINE) return readLockFile(input);
  return aside(new URL('./lockfile/read-lock-file.js', import.meta.url), 'readLockFile', input, signal);
}

/** `rewriteLockFile`, of a long lock file in a thread of its own. */
export async function rewriteLockFileAside(input: LockRewrite, signal: AbortSignal): Promise<RewrittenLockFile> {
  if (input.text.length <= MAX_INLINE) return rewriteLockFile(input);
  return aside(new URL('./rewrite/rewrite-lock-file.js', import.meta.url), 'rewriteLockFile', input, signal);
}

type LockFileFunctionInput = LockFileInput | LockRewrite;

async function aside<Result>(
  module: URL,
  name: string,
  input: LockFileFunctionInput,
  signal: AbortSignal,
): Promise<Result> {
  try {
    return await runInThread<Result>(module, name, input, { signal, timeout: TIMEOUT });
  } catch (error) {
    throw error instanceof ThreadError ? (ownError(error, input.file) ?? error) : error;
  }
}

/** An error of ours comes back from a thread as a name. Too much for a thread is a fault of the lock file. */
function ownError({ errorName, message }: ThreadError, file: string): CachitoError | undefined {
  switch (errorName) {
    case 'ValidationError':
      return new ValidationError(message);
    case 'InvalidFileFormat':
      return new InvalidFileFormat(message);
    case 'UnsupportedFeature':
      return new UnsupportedFeature(message);
    case 'OutOfMemory':
    case 'TimeoutError':
      return new ValidationError(`${file} is too large or too complex to be read.`);
    default:
      return undefined;
  }
}
