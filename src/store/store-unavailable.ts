import { FileAccessError } from '../errors/index.js';

/**
 * The server that keeps the blobs does not answer, or says that it cannot now, after all retries: the work should be
 * tried again later. To clients it is a `FileAccessError`.
 */
export class StoreUnavailable extends FileAccessError {
  override get errorType(): string {
    return FileAccessError.name;
  }
}
