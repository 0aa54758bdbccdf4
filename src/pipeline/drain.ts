import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';

/** The end of the process, as far as running work is concerned: how long it may go on. */
@Injectable()
export class Drain {
  private readonly end = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly configuration: Configuration) {}

  /** Lets running work go on for `CACHITO_DRAIN_TIMEOUT`. Without it, nothing goes on when the application closes. */
  begin(): void {
    this.timer ??= setTimeout(() => this.hurry(), this.configuration.worker.drainTimeout);
  }

  /** Lets nothing go on any longer. */
  hurry(): void {
    clearTimeout(this.timer);
    this.end.abort();
  }

  /** Asked when the application closes. Fires when what still runs has to be handed back. */
  get over(): AbortSignal {
    if (this.timer === undefined) this.end.abort();
    return this.end.signal;
  }
}
