import { FileAccessError } from '../errors/index.js';
import { StoreUnavailable } from '../store/index.js';

/** A part that does not answer within this time does not work. Milliseconds. */
export const TIMEOUT = 5_000;

class TimedOut extends Error {}

/** The outcome of `work`, or an error when it takes longer than `TIMEOUT`. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut('no answer in time')), TIMEOUT);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** SQLSTATE of a write that a server which only reads refuses. */
export const READ_ONLY = '25006';

/** What codes of the system and SQLSTATEs mean, in words for everybody; the first that fits. */
const CODES: readonly [RegExp, string][] = [
  [/^ENOSPC$/, 'no space left'],
  [new RegExp(`^(?:EACCES|EROFS|${READ_ONLY})$`), 'it cannot be written'],
  [/^(?:ENOENT|ENOTDIR)$/, 'a file or directory is missing'],
  [/^(?:EIO|ESTALE)$/, 'the file system does not work'],
  [/^28...$/, 'it refuses the credentials'],
  [/^53300$/, 'it takes no more connections'],
  [/^(?:E[A-Z_]+|08...|57P0[1-3])$/, 'connection failed'],
];

/** What PostgreSQL's driver says without a code. */
const CUT_OFF = /^(?:Connection terminated|timeout exceeded when trying to connect)/;

/** What Redis says when it takes nothing: a replica, no memory, no disk. */
const TAKES_NOTHING = /^(?:READONLY|OOM|MISCONF|NOREPLICAS) /;

/** Why a part does not work, in words for everybody: no address, no path, no secret. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimedOut) return `no answer within ${TIMEOUT / 1000} seconds`;
  if (error instanceof StoreUnavailable) return error.message;
  const causes = [error, propertyOf(error, 'cause')];
  const code = causes.map((each) => propertyOf(each, 'code')).find((each) => typeof each === 'string') ?? '';
  const meaning = CODES.find(([pattern]) => pattern.test(code))?.[1];
  if (meaning !== undefined) return meaning;
  const messages = causes.map((each) => String(propertyOf(each, 'message')));
  if (messages.some((message) => CUT_OFF.test(message))) return 'connection failed';
  if (messages.some((message) => TAKES_NOTHING.test(message))) return 'it cannot be written';
  // Of our own making: neither addresses nor paths.
  if (error instanceof FileAccessError) return error.message;
  return 'unknown error; the service log holds the details';
}

function propertyOf(value: unknown, name: 'cause' | 'code' | 'message'): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
