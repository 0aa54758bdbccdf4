import { buffer } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { SingleFlight } from '../concurrency/index.js';
import { HttpClient, Retries, transientFailureOf } from '../download/index.js';
import { InvalidRequestData } from '../errors/index.js';
import { refuseHtml } from './refuse-html.js';
import { addressWithoutQuery, isAbsent, refuseStatus } from './upstream-answers.js';

export interface DocumentOptions {
  accept?: string;
  /** Bytes. */
  maxSize: number;
  signal: AbortSignal;
}

/** The port for the package managers of one request. */
export interface RequestDocuments {
  fetch(url: string, options: DocumentOptions): Promise<Buffer | undefined>;
}

/** Small documents of registries, fetched into memory and not kept. */
@Injectable()
export class UpstreamDocuments {
  private readonly flights = new SingleFlight<Buffer | undefined>();

  constructor(
    private readonly http: HttpClient,
    private readonly retries: Retries,
  ) {}

  /** The port for the package managers of one request. `offline` = nothing is fetched. */
  forRequest({ offline }: { offline: boolean }): RequestDocuments {
    return {
      fetch: async (url, options) => {
        if (!offline) return this.fetch(url, options);
        throw new InvalidRequestData(`${addressWithoutQuery(url)} is needed, and the request forbids to fetch anything.`);
      },
    };
  }

  /**
   * The whole answer with status 200; undefined with 404 and 410. Retries what may pass. Those who ask for the same at
   * the same time share one answer. Throws `NetworkError` for any other status, a web page, and more than `maxSize`
   * bytes.
   */
  async fetch(url: string, { accept, maxSize, signal }: DocumentOptions): Promise<Buffer | undefined> {
    const key = JSON.stringify([url, accept, maxSize]);
    return this.flights.run(key, signal, (shared) =>
      this.retries.run(new URL(url).host, shared, () => this.attempt(url, { accept, maxSize, signal: shared })),
    );
  }

  private async attempt(url: string, { accept, maxSize, signal }: DocumentOptions): Promise<Buffer | undefined> {
    try {
      const headers: Record<string, string> = accept === undefined ? {} : { accept };
      const response = await this.http.request(url, { headers, maxSize, signal });
      if (isAbsent(response)) return void response.body.destroy();
      refuseStatus(response, 'A document');
      return await buffer(refuseHtml(response, 'A document'));
    } catch (error) {
      signal.throwIfAborted();
      throw transientFailureOf(error) ?? error;
    }
  }
}
