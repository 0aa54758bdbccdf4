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

/** SQLSTATEs of connections that were cut off or refused, and what the driver says without a code. */
const CUT_OFF = /^(?:08...|57P0[1-3])$/;
const CUT_OFF_MESSAGES = /^(?:Connection terminated|timeout exceeded when trying to connect)/;

/** Why a part does not work, in words for everybody: no address, no path, no secret. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimedOut) return `no answer within ${TIMEOUT / 1000} seconds`;
  if (error instanceof StoreUnavailable) return error.message;
  const causes = [error, propertyOf(error, 'cause')];
  const code = causes.map((each) => propertyOf(each, 'code')).find((each) => typeof each === 'string') ?? '';
  if (code === 'ENOSPC') return 'no space left';
  if (code === 'EACCES' || code === 'EROFS') return 'it cannot be written';
  if (code === '53300') return 'it takes no more connections';
  if (/^E[A-Z_]+$/.test(code) || CUT_OFF.test(code)) return 'connection failed';
  if (causes.some((each) => CUT_OFF_MESSAGES.test(String(propertyOf(each, 'message'))))) return 'connection failed';
  return 'unknown error; the service log holds the details';
}

function propertyOf(value: unknown, name: 'cause' | 'code' | 'message'): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
