import { CachitoError, type ErrorOrigin } from '../errors/index.js';

/** The process shuts down: the request goes back to the queue, as it is. */
export class ShuttingDown extends Error {
  constructor() {
    super('The worker is shutting down');
    this.name = 'ShuttingDown';
  }
}

/** The request was taken too long: it fails with this reason. */
export class DeadlinePassed extends CachitoError {
  readonly origin: ErrorOrigin = 'server';

  constructor(timeout: number) {
    super(
      `The work on this request took longer than ${Math.round(timeout / 1000)} seconds. ` +
        'Post it again: what was archived by now is not fetched again. Administrators can raise ' +
        'CACHITO_REQUEST_TIMEOUT.',
    );
  }

  override get errorType(): string {
    return 'CachitoError';
  }
}

/** Worker after worker died over the request: it fails with this reason rather than kill more of them. */
export class TooManyCrashes extends CachitoError {
  readonly origin: ErrorOrigin = 'server';

  constructor(crashes: number) {
    super(
      `The worker process died ${crashes} times while it worked on this request, so it is not tried again. ` +
        'Administrators find the cause in the service log (often too little memory or disk).',
    );
  }

  override get errorType(): string {
    return 'CachitoError';
  }
}
