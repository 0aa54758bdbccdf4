import { CachitoError, InvalidRequestData, NetworkError } from '../../../errors/index.js';

/** As the catalogue words it when no upstream has a file (404, 410). */
const ABSENT = /answers with status (?:404|410)\.$/;

/** Says that nobody has a file, in the catalogue's words. */
export function absence(name: string, address: string): NetworkError {
  return new NetworkError(`${name} cannot be fetched: ${address} answers with status 404.`);
}

/** Whether a failure to archive a file says that nobody has it. */
export function isAbsence(error: unknown): boolean {
  return error instanceof NetworkError && ABSENT.test(error.message);
}

/**
 * Whether a failure is about the file itself, so that others may still be archived: nobody has it, its bytes are not the
 * right ones, it is malformed or too large. Not so when the network is down, or the request forbids to use it.
 */
export function isOwnFault(error: unknown): boolean {
  if (isAbsence(error)) return true;
  return error instanceof CachitoError && error.origin === 'client' && !(error instanceof InvalidRequestData);
}

/** Whether a failure says that upstreams cannot be asked: they do not answer, or the request is offline. */
export function isOutage(error: unknown): boolean {
  return error instanceof InvalidRequestData || (error instanceof NetworkError && !isAbsence(error));
}
