import { CachitoError, FileAccessError } from '../../errors/index.js';
import { StoreUnavailable } from '../store-unavailable.js';

/** What is told of an error of the SDK; nothing else of it is kept: it holds addresses, key ids and signed texts. */
interface Facts {
  name: string;
  /** Of Node, when there was no answer. */
  code: string | undefined;
  /** HTTP status of the answer. */
  status: number | undefined;
  requestId: string | undefined;
}

const REASONS: Record<string, string> = {
  NoSuchBucket: 'cannot be used: the bucket does not exist; check CACHITO_S3_BUCKET',
  PermanentRedirect: 'cannot be used: the bucket is in another region; check CACHITO_S3_REGION',
  AuthorizationHeaderMalformed: 'cannot be used: the bucket is in another region; check CACHITO_S3_REGION',
  InvalidAccessKeyId: 'may not be accessed: the server does not know the access key',
  // Versity S3 Gateway, with status 404.
  XAdminUserNotFound: 'may not be accessed: the server does not know the access key',
  SignatureDoesNotMatch: 'may not be accessed: the secret access key is wrong',
  ExpiredToken: 'may not be accessed: the credentials have expired',
  EntityTooLarge: 'cannot be written: the server does not take blobs of this size',
  PreconditionFailed: 'was written anew while it was read',
  RequestTimeTooSkewed: 'may not be accessed: the clock of this host is wrong',
};

/** Codes of Node for a certificate that it does not accept. */
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE/;
/** Statuses and codes of answers that a later attempt can overcome. */
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);
const PASSING_NAMES = /^(?:RequestTimeout|SlowDown|Throttling.*|OperationAborted|BadDigest|IncompleteBody)$/;
const FULL = 507;

export function isMissing(error: unknown): boolean {
  const { name, status } = factsOf(error);
  return status === 404 && REASONS[name] === undefined;
}

export function isOutOfRange(error: unknown): boolean {
  return factsOf(error).status === 416;
}

/** Whether an upload in parts has ended: an answer to its completion that was lost, or it was given up. */
export function isUploadGone(error: unknown): boolean {
  return factsOf(error).name === 'NoSuchUpload';
}

/**
 * The error of the SDK as one about `what`, without secrets, addresses and signed texts: `StoreUnavailable` when a later
 * attempt may help, else `FileAccessError`. Errors of another kind are returned as they are.
 */
export function translated(error: unknown, what: string): unknown {
  if (error instanceof CachitoError) return error;
  const facts = factsOf(error);
  const { name, code, status } = facts;
  const cause = causeOf(facts);
  if (name === 'CredentialsProviderError') {
    return new StoreUnavailable(`${what} may not be accessed: no credentials were found; see docs/s3.md`, { cause });
  }
  // A mistake of ours; whatever else comes without a status is about a connection.
  if (status === undefined && (error instanceof TypeError || error instanceof RangeError)) return error;
  if (status === FULL || /StorageFull|QuotaExceeded/.test(name)) {
    return new FileAccessError(`${what} has no space left: enlarge the bucket or its server`, { cause });
  }
  const reason = REASONS[name];
  if (reason !== undefined) return new FileAccessError(`${what} ${reason}`, { cause });
  if (status === 401 || status === 403) {
    const advice = 'check the credentials and the policy of the bucket';
    return new FileAccessError(`${what} may not be accessed: ${advice}`, { cause });
  }
  if (status === 404) return new FileAccessError(`${what} is missing`, { cause });
  if (status === undefined && code !== undefined && CERTIFICATE.test(code)) {
    const advice = 'check CACHITO_S3_CA_FILE and CACHITO_S3_ENDPOINT';
    return new StoreUnavailable(`${what} cannot be used: the certificate of its server is refused (${code}); ${advice}`, { cause });
  }
  if (status === undefined) {
    return new StoreUnavailable(`${what} cannot be used now: no answer (${code ?? name})`, { cause });
  }
  if (PASSING_STATUSES.has(status) || PASSING_NAMES.test(name)) {
    return new StoreUnavailable(`${what} cannot be used now (${name}, HTTP ${status})`, { cause });
  }
  return new FileAccessError(`${what} cannot be used (${name}, HTTP ${status})`, { cause });
}

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: '', code: undefined, status: undefined, requestId: undefined };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const { httpStatusCode: status, requestId } = Object(metadata) as { httpStatusCode?: unknown; requestId?: unknown };
  return {
    name: error.name,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** For the service's own log. */
function causeOf({ name, code, status, requestId }: Facts): Error {
  const details = [status && `HTTP ${status}`, requestId && `request ${requestId}`].filter(Boolean);
  const cause = new Error([name, ...details].join(', '));
  return code === undefined ? cause : Object.assign(cause, { code });
}
