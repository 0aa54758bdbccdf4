import { FileAccessError } from '../errors/index.js';

/** Seconds. Whoever asked has waited for all retries already. */
const RETRY_AFTER = 10;

/**
 * The server that keeps the blobs does not answer, or says that it cannot now, after all retries: the work should be
 * tried again later. To clients it is a `FileAccessError`, and a 503.
 */
export class StoreUnavailable extends FileAccessError {
  override get errorType(): string {
    return FileAccessError.name;
  }

  override get retryAfter(): number {
    return RETRY_AFTER;
  }
}
