import { runInThread, Slots, ThreadError } from '../../../concurrency/index.js';
import { FileAccessError, ValidationError } from '../../../errors/index.js';
import { refusalOf } from './archive-limits.js';
import type { PackedSdist } from './scan-packed.js';
import type { SdistContents } from './sdist-members.js';

/** Milliseconds. Ten megabytes, unpacked, take about a second. */
const TIMEOUT = 600_000;
const slots = new Slots(2);

/** `scanPacked` in a thread of its own; two at a time. */
export async function scanAside(sdist: PackedSdist, signal: AbortSignal): Promise<SdistContents> {
  const giveBack = await slots.take(signal);
  try {
    const module = new URL('./scan-packed.js', import.meta.url);
    return asBuffers(await runInThread<SdistContents>(module, 'scanPacked', sdist, { signal, timeout: TIMEOUT }));
  } catch (error) {
    throw error instanceof ThreadError ? ownError(error, sdist.fileName) : error;
  } finally {
    giveBack();
  }
}

/** Buffers arrive as plain arrays of bytes. */
function asBuffers({ files, pkgInfo, eggInfos }: SdistContents): SdistContents {
  return {
    files: new Map(Array.from(files, ([name, content]) => [name, Buffer.from(content)])),
    pkgInfo: pkgInfo && Buffer.from(pkgInfo),
    eggInfos: new Map(
      Array.from(eggInfos, ([name, { requires }]) => [
        name,
        { requires: requires instanceof Uint8Array ? Buffer.from(requires) : requires },
      ]),
    ),
  };
}

/** An error of ours comes back from a thread as a name. */
function ownError({ errorName, message }: ThreadError, fileName: string): Error {
  switch (errorName) {
    case 'ValidationError':
      return new ValidationError(message);
    case 'OutOfMemory':
    case 'TimeoutError':
      return refusalOf(fileName)('takes too much time or memory to unpack');
    default:
      return new FileAccessError('The service could not read an archive that it stored.');
  }
}
