import pLimit from 'p-limit';
import { runInThread, ThreadError } from '../../../concurrency/index.js';
import { NetworkError } from '../../../errors/index.js';
import { type PageContent, type PageInput, plainAddress, readPage } from './read-page.js';

/** Bytes of a page that is read at once; larger ones would keep everybody else waiting. */
const MAX_INLINE = 64 * 1024;
/** Milliseconds; the largest real pages take half a second. */
const TIMEOUT = 60_000;
/** Each thread may need a multiple of its page. */
const threads = pLimit(2);

/** `readPage`, of a large page in a thread of its own. */
export async function readPageAside(input: PageInput, signal: AbortSignal): Promise<PageContent> {
  if (input.content.length <= MAX_INLINE) return readPage(input);
  const module = new URL('./read-page.js', import.meta.url);
  try {
    return await threads(() => runInThread<PageContent>(module, 'readPage', input, { signal, timeout: TIMEOUT }));
  } catch (error) {
    throw error instanceof ThreadError ? (ownError(error, input) ?? error) : error;
  }
}

/** An error of ours comes back from a thread as a name. Too much for a thread is a fault of the page. */
function ownError({ errorName, message }: ThreadError, { url }: PageInput): NetworkError | undefined {
  if (errorName === 'NetworkError') return new NetworkError(message);
  if (errorName !== 'OutOfMemory' && errorName !== 'TimeoutError') return undefined;
  return new NetworkError(`The page of the package index at ${plainAddress(url)} is too large or too complex to be read.`);
}
