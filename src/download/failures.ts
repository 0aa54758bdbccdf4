import { NetworkError } from '../errors/index.js';
import { isTransientStatus, parseRetryAfter, TransientFailure } from './retries.js';

/** What will be the same next time: no such name, certificates, refusals of a proxy, requests that cannot be sent. */
const PERMANENT = new RegExp(
  '^(ENOTFOUND|CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|EPROTO|PROXY_4|' +
    'UND_ERR_(INVALID|HEADERS_OVERFLOW|NOT_SUPPORTED|DESTROYED|CLOSED))',
);

/** `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, …: the first code found along the causes of an error. */
export function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if ('name' in at && at.name === 'HTTPParserError') return 'HPE_INVALID';
    // One failure for each address of a host: they are alike.
    const inner: unknown = 'errors' in at && Array.isArray(at.errors) ? at.errors[0] : undefined;
    at = inner ?? ('cause' in at ? at.cause : undefined);
  }
  return undefined;
}

/**
 * The failure of a request or of its body as one that may pass when it is tried again: connections that fail or break,
 * bodies that are cut off, time-outs. Undefined for everything else (refused addresses, bodies that are too large,
 * certificates, unknown hosts, …), which is to be thrown as it is.
 */
export function transientFailureOf(error: unknown): TransientFailure | undefined {
  if (error instanceof TransientFailure) return error;
  const code = error instanceof NetworkError ? errorCode(error) : undefined;
  return error instanceof NetworkError && code !== undefined && !PERMANENT.test(code)
    ? new TransientFailure(error)
    : undefined;
}

/**
 * `error` as one that may pass, when the status of an answer says so (408, 425, 429, 5xx), with its `Retry-After`;
 * undefined otherwise.
 */
export function transientStatusFailure(
  { status, headers }: { status: number; headers: Readonly<Record<string, string>> },
  error: Error,
): TransientFailure | undefined {
  if (!isTransientStatus(status)) return undefined;
  return new TransientFailure(error, parseRetryAfter(headers['retry-after']));
}

/** What may be shown of an address: no user information, no query (tokens stand there). */
export function plain(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

export function timedOut(url: URL): NetworkError {
  return failure(`${plain(url)} took too long to answer.`, 'ETIMEDOUT');
}

/** There was no answer. */
export function unreachable(url: URL, error: unknown): Error {
  return error instanceof NetworkError ? error : described(`${plain(url)} cannot be reached`, error);
}

/** The body ended before its end. */
export function brokenOff(url: URL, error: unknown): Error {
  return error instanceof NetworkError ? error : described(`The answer of ${plain(url)} broke off`, error);
}

/** A `NetworkError` whose cause has this code. */
export function failure(message: string, code: string): NetworkError {
  return new NetworkError(message, { cause: Object.assign(new Error(code), { code }) });
}

function described(what: string, cause: unknown): NetworkError {
  const code = errorCode(cause);
  return new NetworkError(`${what}${code === undefined ? '' : ` (${code})`}.`, { cause });
}
