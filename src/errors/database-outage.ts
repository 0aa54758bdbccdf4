/** SQLSTATE: connections that fail, lack of resources, a server that stops, starts or ends the session. */
const SQLSTATES = /^(?:08...|53...|57P0[1-5])$/;
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** What the driver says without a code. */
const MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
/** What TypeORM says of a transaction whose connection broke between two statements. */
const RELEASED = /^QueryRunner(?:Provider)?AlreadyReleasedError$/;

/**
 * Whether an error of the database's driver means that the database was out of reach: the same may succeed soon.
 * Trouble with other hosts arrives as `CachitoError`, which has no such code, and is none of this.
 */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (SQLSTATES.test(code) || SYSTEM_CODES.has(code)) return true;
  if (MESSAGES.test(error.message) || RELEASED.test(error.name)) return true;
  if ('driverError' in error && error.driverError !== error && isDatabaseOutage(error.driverError)) return true;
  return error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isDatabaseOutage);
}

/** `code` of an error: an SQLSTATE or a name of the operating system; empty where there is none. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
