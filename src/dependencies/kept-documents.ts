import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SingleFlight } from '../concurrency/index.js';
import { HttpClient, type HttpResponse, Retries, transientFailureOf } from '../download/index.js';
import { InvalidRequestData } from '../errors/index.js';
import { contentOf, type DocumentHead, KeptDocumentRows, type KeptRow } from './kept-document-rows.js';
import { addressWithoutQuery, httpTime, isAbsent, refuseStatus } from './upstream-answers.js';

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
  /** Where it came from after redirects. Without credentials and query. */
  url: string;
}

/** `unchanged`: what is kept is what the registry has. */
type Answer =
  | { kind: 'absent' }
  | { kind: 'unchanged'; url: string }
  | { kind: 'served'; head: DocumentHead; content: Buffer };

/**
 * Documents of registries that are kept, so that they need not be sent again, and are there when nothing may be
 * fetched. A kept one is never an answer without the registry's word, except offline: what has vanished there is not
 * brought back, though it stays for requests that fetch nothing.
 */
@Injectable()
export class KeptDocuments {
  private readonly flights = new SingleFlight<KeptDocument | undefined>();
  private readonly rows: KeptDocumentRows;

  constructor(
    dataSource: DataSource,
    private readonly http: HttpClient,
    private readonly retries: Retries,
  ) {
    this.rows = new KeptDocumentRows(dataSource);
  }

  /** The port for the package managers of one request. `offline` = nothing is fetched. */
  forRequest({ offline }: { offline: boolean }): {
    fetch(url: string, options: KeptDocumentOptions): Promise<KeptDocument | undefined>;
  } {
    return { fetch: (url, options) => (offline ? this.kept(url, options) : this.fetch(url, options)) };
  }

  /**
   * The document as the registry serves it now; undefined with 404 and 410. Retries what may pass. Those who ask for
   * the same at the same time share one answer. Web pages are documents here. Throws `NetworkError` for any other
   * status and for more than `maxSize` bytes.
   */
  async fetch(url: string, { accept, maxSize, signal }: KeptDocumentOptions): Promise<KeptDocument | undefined> {
    const key = JSON.stringify([url, accept, maxSize]);
    return this.flights.run(key, signal, (shared) => this.obtain(url, { accept, maxSize, signal: shared }));
  }

  /** The kept one, whatever the registry has now. Throws `InvalidRequestData` when there is none. */
  private async kept(url: string, { accept, maxSize, signal }: KeptDocumentOptions): Promise<KeptDocument> {
    signal.throwIfAborted();
    const row = await this.rows.find(url, accept);
    const document = row && (await documentOf(row, maxSize));
    if (document !== undefined) return document;
    throw new InvalidRequestData(
      `${addressWithoutQuery(url)} is needed, was not kept, and the request forbids to fetch anything.`,
    );
  }

  private async obtain(url: string, options: KeptDocumentOptions): Promise<KeptDocument | undefined> {
    const kept = await this.rows.find(url, options.accept);
    let answer = await this.ask(url, kept, options);
    if (answer.kind === 'unchanged') {
      // The validators are of one address: another one that answers "not modified" means another document.
      const document = kept?.url === answer.url ? await documentOf(kept, options.maxSize) : undefined;
      if (document !== undefined) return document;
      answer = await this.ask(url, undefined, options);
    }
    if (answer.kind !== 'served') return undefined;
    const { head, content } = answer;
    await this.rows.keep([url, options.accept], head, content, kept);
    return { content, type: head.type, url: head.url };
  }

  private ask(url: string, kept: KeptRow | undefined, options: KeptDocumentOptions): Promise<Answer> {
    return this.retries.run(new URL(url).host, options.signal, () => this.attempt(url, kept, options));
  }

  private async attempt(
    url: string,
    kept: KeptRow | undefined,
    { accept, maxSize, signal }: KeptDocumentOptions,
  ): Promise<Answer> {
    const conditions = kept === undefined ? {} : conditionsOf(kept);
    try {
      const response = await this.http.request(url, { headers: { accept, ...conditions }, maxSize, signal });
      if (isAbsent(response)) return givenUp(response, { kind: 'absent' });
      if (response.status === 304 && Object.keys(conditions).length > 0)
        return givenUp(response, { kind: 'unchanged', url: response.url });
      refuseStatus(response, 'A document');
      return { kind: 'served', head: headOf(response), content: await contentOfBody(response.body) };
    } catch (error) {
      signal.throwIfAborted();
      throw transientFailureOf(error) ?? error;
    }
  }
}

/** Buffers, joined once: what Node has for this makes a `Blob` of them, which takes several times as long. */
async function contentOfBody(body: Readable): Promise<Buffer> {
  return Buffer.concat((await body.toArray()) as Buffer[]);
}

async function documentOf(row: KeptRow, maxSize: number): Promise<KeptDocument | undefined> {
  const content = await contentOf(row, maxSize);
  return content && { content, type: row.type, url: row.url };
}

/** RFC 9110, §13.1: a server that knows entity tags goes by them alone. */
function conditionsOf({ etag, lastModified }: KeptRow): Record<string, string> {
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

function givenUp(response: HttpResponse, answer: Answer): Answer {
  response.body.destroy();
  return answer;
}

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/;
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]{0,500}"$/;
/** Milliseconds. What has just changed may change again within the second that a date can tell (§8.8.2.2). */
const SETTLED = 60_000;

/** Validators that are none are left out: they are sent back as they came. */
function headOf({ url, headers }: HttpResponse): DocumentHead {
  const type = (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  const { etag = '', 'last-modified': changed = '' } = headers;
  const isSettled = httpTime(headers['date']) - httpTime(changed) >= SETTLED;
  return {
    url,
    type: MEDIA_TYPE.test(type) ? type : '',
    etag: ENTITY_TAG.test(etag) ? etag : undefined,
    lastModified: isSettled ? changed : undefined,
  };
}
