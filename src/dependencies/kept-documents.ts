import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HttpClient, Retries } from '../download/index.js';

export interface KeptDocumentOptions {
  accept: string;
  /** Bytes. */
  maxSize: number;
  signal: AbortSignal;
}

/** A document as a registry served it. */
export interface KeptDocument {
  content: Buffer;
  /** Media type without parameters, lower case; empty when the registry did not say. */
  type: string;
  /** Where it came from after redirects. Without credentials. */
  url: string;
}

/** Documents of registries that are kept, so that they need not be sent again. */
@Injectable()
export class KeptDocuments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly http: HttpClient,
    private readonly retries: Retries,
  ) {}

  /** The port for the package managers of one request. `offline` = nothing is fetched. */
  forRequest({ offline }: { offline: boolean }): {
    fetch(url: string, options: KeptDocumentOptions): Promise<KeptDocument | undefined>;
  } {
    return { fetch: (url, options) => this.fetch(url, options, offline) };
  }

  async fetch(url: string, options: KeptDocumentOptions, offline: boolean): Promise<KeptDocument | undefined> {
    throw new Error(`not built yet: ${url} ${options.accept} ${String(offline)} ${typeof this.dataSource}`);
  }
}
