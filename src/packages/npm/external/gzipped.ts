import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/**
 * A gzip stream of the content. The highest level, as npm: it leaves no choice to what the processor is good at, so
 * equal content gives equal bytes.
 */
export async function* gzipped(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(content);
  const gzip = createGzip({ level: 9 });
  source.on('error', (error) => gzip.destroy(error));
  try {
    yield* source.pipe(gzip);
  } finally {
    source.destroy();
    gzip.destroy();
  }
}
