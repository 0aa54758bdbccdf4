import { FileAccessError } from '../../errors/index.js';

const REASONS: Record<string, string> = {
  ENOENT: 'is missing',
  ENOSPC: 'has no space left: free some or enlarge the volume',
  EDQUOT: 'has no space left: its quota is used up',
  EFBIG: 'has no space left: the file is too large for it',
  EROFS: 'is read-only',
  EACCES: 'may not be accessed: check the permissions of the directory',
  EPERM: 'may not be accessed: check the owner of the directory',
  EIO: 'cannot be read or written: the device reports an error',
  EMFILE: 'cannot be opened: too many files are open',
};

/** Whether an error of the file system says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/**
 * Throws an error of the file system as `FileAccessError` about `what`, without paths of this host; the original is its
 * cause. Errors of another kind are thrown as they are.
 */
export function rethrow(error: unknown, what: string): never {
  const code = codeOf(error);
  if (code === undefined) throw error;
  throw new FileAccessError(`${what} ${REASONS[code] ?? `cannot be used (${code})`}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error
    ? String(error.code)
    : undefined;
}
