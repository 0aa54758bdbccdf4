import { STATUS_CODES } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { HttpClient } from '../download/index.js';

/** Milliseconds that Athens has to answer. */
const TIMEOUT = 5_000;
const NOT_FOUND = 404;

/** The Athens server (or another GOPROXY server) that takes the place of the public Go module proxy. */
@Injectable()
export class Athens {
  private readonly logger = new Logger(Athens.name);

  constructor(
    private readonly configuration: Configuration,
    private readonly client: HttpClient,
  ) {}

  get isConfigured(): boolean {
    return this.configuration.gomod.athensUrl !== undefined;
  }

  /**
   * What keeps it from giving modules away, in words that name no address (`401: Unauthorized`); undefined when nothing
   * does, or none is configured. Never throws, and takes five seconds at most.
   */
  async problem(): Promise<string | undefined> {
    const { athensUrl } = this.configuration.gomod;
    if (athensUrl === undefined) return undefined;
    const signal = AbortSignal.timeout(TIMEOUT);
    try {
      // The start page wants the credentials that modules want. Readiness includes Athens' storage, but wants none.
      const [start, ready] = await Promise.all([`${athensUrl}/`, `${athensUrl}/readyz`].map((url) => this.ask(url, signal)));
      return problemOf(start, ready);
    } catch (error) {
      this.logger.warn(`Athens does not work: ${String(error)}`);
      return signal.aborted ? `no answer within ${TIMEOUT / 1000} seconds` : 'connection failed';
    }
  }

  private async ask(url: string, signal: AbortSignal): Promise<number> {
    const { status, body } = await this.client.request(url, { signal });
    body.on('error', () => undefined).destroy();
    return status;
  }
}

/** One of the two pages may be missing: behind a gateway the start page, on other servers the other. */
function problemOf(start: number, ready: number): string | undefined {
  const statuses = start === NOT_FOUND ? [ready] : [start, ready === NOT_FOUND ? start : ready];
  const refused = statuses.find((status) => status >= 400);
  return refused === undefined ? undefined : `${refused}: ${STATUS_CODES[refused] ?? 'unknown status'}`;
}
