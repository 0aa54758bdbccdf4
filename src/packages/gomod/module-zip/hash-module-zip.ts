import { availableParallelism } from 'node:os';
import { runInThread, Slots, ThreadError } from '../../../concurrency/index.js';
import type { PackageVersion } from '../../../dependencies/index.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import type { ModuleZip } from './hash-zip-file.js';

/** Milliseconds; the largest zip that is allowed takes some seconds. */
const TIMEOUT = 120_000;
/** MiB of heap; the largest directory that is allowed takes a third of it. */
const MEMORY = 512;

/** Zips that are hashed at a time: more threads than processors only take memory. */
const slots = new Slots(availableParallelism());

/**
 * The `h1` digest of a module zip, 64 hexadecimal digits: what `go.sum` has of it in base64. Computed in a thread.
 * Throws `InvalidFileFormat` for a zip that Go refuses: names outside of `<path>@<version>/`, equal but for case, links,
 * too many bytes, more bytes than it says.
 */
export async function hashModuleZip(file: string, signal: AbortSignal, module: PackageVersion): Promise<string> {
  const release = await slots.take(signal);
  try {
    const { name, version } = module;
    const work: ModuleZip = { file, name, version };
    const options = { signal, timeout: TIMEOUT, memoryLimit: MEMORY };
    return await runInThread<string>(new URL('./hash-zip-file.js', import.meta.url), 'hashZipFile', work, options);
  } catch (error) {
    throw error instanceof ThreadError ? (refusal(error, module) ?? error) : error;
  } finally {
    release();
  }
}

function refusal({ errorName, message }: ThreadError, { name, version }: PackageVersion): InvalidFileFormat | undefined {
  const reason = reasonOf(errorName, message);
  return reason === undefined
    ? undefined
    : new InvalidFileFormat(
        `The zip of the module ${name} ${version} is refused: ${reason}. Ask whoever serves this module to mend it.`,
      );
}

function reasonOf(errorName: string, message: string): string | undefined {
  if (errorName === 'InvalidZip') return message;
  return errorName === 'OutOfMemory' || errorName === 'TimeoutError' ? 'it is too large or too complex' : undefined;
}
