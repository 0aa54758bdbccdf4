import { HttpException, HttpStatus } from '@nestjs/common';
import {
  CachitoError,
  CachitoNotImplementedError,
  ContentManifestError,
  isDatabaseOutage,
  UNKNOWN_ERROR,
} from '../../errors/index.js';
import { redactSecrets } from '../../observability/index.js';
import { NOT_FOUND_MESSAGE } from '../http-errors.js';

/** What a client gets for an error. */
export interface ErrorResponse {
  status: number;
  message: string;
  /** Nobody foresaw it: the log must hold the details. */
  unknown: boolean;
  /** Seconds after which the call may be made again. */
  retryAfter?: number | undefined;
}

/** Seconds: PostgreSQL is back soon after a restart. */
const DATABASE_PAUSE = 5;

/**
 * Status and text of any thrown value: client-origin errors 400, what cannot be converted or is not built
 * 501, server-origin errors that pass and an outage of the database 503, other ones and everything unknown 500. An unknown
 * error shows nothing of itself.
 */
export function errorResponse(error: unknown): ErrorResponse {
  if (error instanceof HttpException) return httpExceptionResponse(error);
  if (error instanceof CachitoError) {
    const { retryAfter } = error;
    return { status: statusOf(error), message: redactSecrets(error.message), unknown: false, retryAfter };
  }
  const status = statusOfLibraryError(error);
  if (status !== undefined)
    return { status, message: LIBRARY_MESSAGES[status] ?? 'The request is malformed', unknown: false };
  if (isDatabaseOutage(error)) {
    const message = 'The database cannot be reached just now. Please try again.';
    return { status: HttpStatus.SERVICE_UNAVAILABLE, message, unknown: false, retryAfter: DATABASE_PAUSE };
  }
  return { status: HttpStatus.INTERNAL_SERVER_ERROR, message: UNKNOWN_ERROR.message, unknown: true };
}

function httpExceptionResponse(error: HttpException): ErrorResponse {
  const status = error.getStatus();
  if (status === 404) return { status, message: NOT_FOUND_MESSAGE, unknown: false };
  return { status, message: redactSecrets(error.message), unknown: false };
}

function statusOf(error: CachitoError): number {
  if (error.origin === 'client') return HttpStatus.BAD_REQUEST;
  if (error instanceof CachitoNotImplementedError || error instanceof ContentManifestError) {
    return HttpStatus.NOT_IMPLEMENTED;
  }
  if (error.retryAfter !== undefined) return HttpStatus.SERVICE_UNAVAILABLE;
  return HttpStatus.INTERNAL_SERVER_ERROR;
}

const LIBRARY_MESSAGES: Record<number, string> = {
  400: 'The address of the request is malformed',
  413: 'The body of the request is too large',
  416: 'The requested range cannot be served',
};

/** Express and its parsers mark errors that are the caller's fault with a 4xx `status` (`http-errors`). */
function statusOfLibraryError(error: unknown): number | undefined {
  if (error instanceof URIError) return HttpStatus.BAD_REQUEST;
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
