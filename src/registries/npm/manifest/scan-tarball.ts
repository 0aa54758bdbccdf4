import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';

/** A member that lies in the root of the package, or below it. */
export interface TarballMember {
  /** Without the one leading directory that npm strips. */
  path: string;
  isFile: boolean;
  /** Bytes, as the member's header tells. */
  size: number;
  /** The content, as a stream that need not be read. */
  content: AsyncIterable<unknown>;
}

/** What no honest package reaches. */
const MAX_INFLATED = 512 * 1024 * 1024;
const MAX_MEMBERS = 200_000;
/** Bytes of headers between two members: long names, and attributes that nobody needs. */
const MAX_HEADERS = 512 * 1024;
const INFLATED_PIECE = 64 * 1024;

/** The bytes are no gzipped tar, are cut off, or unfold into more than a package has. */
export class DamagedTarball extends Error {}

/**
 * Shows every member of a gzipped tar to `visit`, in their order, until it returns `stop`. Memory does not grow with
 * the content. Throws `DamagedTarball`, the signal's reason, and what reading `content` throws.
 */
export async function scanTarball(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  visit: (member: TarballMember) => Promise<'stop' | void>,
): Promise<void> {
  const limits = new Limits();
  const source = new WatchedSource(content);
  const members = extract();
  const gunzip = createGunzip({ chunkSize: INFLATED_PIECE });
  const watch = (inflated: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => limits.watch(inflated);
  const feeding = pipeline(source, gunzip, watch, members, { signal });
  // Its failure reaches the loop below, too.
  feeding.catch(() => undefined);
  try {
    for await (const entry of members) {
      // Where the content begins is not in the types of tar-stream.
      const { name, type, size = 0, byteOffset } = { byteOffset: 0, ...entry.header };
      limits.enter(byteOffset + size);
      const isFile = type === 'file' || type === 'contiguous-file';
      const verdict = await visit({ path: withoutRoot(name), isFile, size, content: entry });
      if (verdict === 'stop') return;
      entry.resume();
    }
    await feeding;
  } catch (error) {
    signal.throwIfAborted();
    if (source.failure !== undefined) throw source.failure.error;
    throw new DamagedTarball('The package is no readable archive', { cause: error });
  } finally {
    members.destroy();
    gunzip.destroy();
  }
}

/** `package/lib/a.js` → `lib/a.js`; what lies in no directory keeps its name. */
function withoutRoot(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** Tells a failure of the store from one of the content. */
class WatchedSource implements AsyncIterable<Uint8Array> {
  failure: { error: unknown } | undefined;

  constructor(private readonly content: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of this.content) yield piece;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}

/** Ends archives that were made to exhaust their reader. */
class Limits {
  private members = 0;
  private inflated = 0;
  private contentEnd = 0;

  enter(contentEnd: number): void {
    this.members += 1;
    this.contentEnd = contentEnd;
    if (this.members > MAX_MEMBERS) throw new DamagedTarball('The package has too many members');
  }

  async *watch(inflated: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of inflated) {
      this.inflated += piece.length;
      const headers = this.inflated - this.contentEnd;
      if (this.inflated > MAX_INFLATED || headers > MAX_HEADERS) throw new DamagedTarball('The package is too large');
      yield piece;
    }
  }
}
