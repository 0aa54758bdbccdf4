import type { HttpResponse } from '../download/index.js';
import { NetworkError } from '../errors/index.js';

/** Bytes in which a page must show itself. */
const SNIFFED = 512;
/** For bytes read as Latin-1 (a byte order mark is three). A comment ends at its first `-->`: nothing is tried twice. */
const PAGE = /^(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/is;

/**
 * The body of an answer, unless it is a web page: login pages of proxies and registries come with status 200 and must
 * never be archived as a package. Throws `NetworkError`.
 */
export async function* refuseHtml(response: HttpResponse, name: string): AsyncIterable<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  try {
    if (/^(?:text\/html|application\/xhtml\+xml)\b/i.test(response.headers['content-type'] ?? ''))
      throw webPage(response, name);
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      if (head === undefined) {
        yield chunk;
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < SNIFFED) continue;
      if (PAGE.test(head.toString('latin1', 0, SNIFFED))) throw webPage(response, name);
      yield head;
      head = undefined;
    }
    if (head === undefined) return;
    if (PAGE.test(head.toString('latin1'))) throw webPage(response, name);
    yield head;
  } finally {
    response.body.destroy();
  }
}

function webPage({ url }: HttpResponse, name: string): NetworkError {
  return new NetworkError(
    `${name} cannot be fetched: ${url} answers with a web page (a login page?) instead of a file.`,
  );
}
