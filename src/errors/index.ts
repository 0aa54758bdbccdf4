export { codeOf, isDatabaseOutage } from './database-outage.js';

/**
 * Who can mend an error: `client` = whoever posted the request (bad input, bad repository), `server` = the service or
 * what it depends on.
 */
export type ErrorOrigin = 'client' | 'server';

/**
 * An error that a client may see. The message says what happened and what to do about it; it never holds a secret, a
 * stack or a path of this host. `errorType` values are public: clients filter by them, so a name never changes.
 */
export abstract class CachitoError extends Error {
  abstract readonly origin: ErrorOrigin;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The public name of this kind of error, as in `error_type` of a failed request. */
  get errorType(): string {
    return this.name;
  }

  /** Seconds after which the same call may succeed (HTTP 503 with `Retry-After`); undefined when waiting does not help. */
  get retryAfter(): number | undefined {
    return undefined;
  }
}

abstract class ClientError extends CachitoError {
  readonly origin = 'client';
}

abstract class ServerError extends CachitoError {
  readonly origin = 'server';
}

/** Input that breaks a rule which could not be checked when the request was posted. */
export class ValidationError extends ClientError {}
/** A query parameter that breaks a rule. */
export class InvalidQueryParameters extends ClientError {}
/** The request asks for something that does not exist or contradicts itself (no such commit, equal packages). */
export class InvalidRequestData extends ClientError {}
/** The repository lacks a file that it must have, or holds one that it must not have. */
export class InvalidRepoStructure extends ClientError {}
/** A file of the repository cannot be parsed. */
export class InvalidFileFormat extends ClientError {}
/** Bytes do not have the digest that the lock file or the store names. */
export class InvalidChecksum extends ClientError {}
/** Well-formed, but not supported (here). */
export class UnsupportedFeature extends ClientError {}

/** A file of the store or of a package cannot be read or written. */
export class FileAccessError extends ServerError {}
/** A command failed or took too long. */
export class SubprocessCallError extends ServerError {}
/** A connection failed after all retries, or a host may not be reached. */
export class NetworkError extends ServerError {}
/** A git repository cannot be reached, does not exist, or refuses access. */
export class RepositoryAccessError extends ServerError {}
/** The database cannot be reached or refuses. */
export class DatabaseError extends ServerError {}
/** The queue cannot be reached or refuses. */
export class MessageBrokerError extends ServerError {}
/** A go command failed. */
export class GoModError extends ServerError {}
/** No document can be made of these packages. */
export class ContentManifestError extends ServerError {}
/** This build of the service cannot do it (yet): HTTP 501. */
export class CachitoNotImplementedError extends ServerError {}

/** What a client is told of an error that nobody foresaw; the details go to the service's own log only. */
export const UNKNOWN_ERROR = {
  errorType: 'UnknownError',
  origin: 'server',
  message: 'An unknown error occurred. The service log holds the details; report the request id to the administrators.',
} as const;

/** `errorType`, `origin` and message of any thrown value, safe to show to a client. */
export function describeError(error: unknown): { errorType: string; origin: ErrorOrigin; message: string } {
  if (error instanceof CachitoError) {
    return { errorType: error.errorType, origin: error.origin, message: error.message };
  }
  if (isFullDisk(error)) {
    return describeError(new FileAccessError('The disk of the service is full or read-only. Tell its administrators.'));
  }
  return { ...UNKNOWN_ERROR };
}

/** Wherever a file is written, this may come up. */
function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String(error.code));
}
