import { runInThread, ThreadError } from '../../../concurrency/index.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import type { PythonFile } from './python/syntax-tree.js';
import { type Pyproject, readPyproject } from './pyproject.js';
import { readSetupCfg, type SetupCfg } from './setup-cfg.js';
import { readSetupPy, readVersionVariable, type SetupCall } from './setup-py.js';

/** Characters that are worked on at once, within some 30 ms; what is longer would keep everybody else waiting. */
const MAX_INLINE = 16 * 1024;
/** Milliseconds; a mebibyte takes some seconds at most. */
const TIMEOUT = 30_000;

/** `readSetupPy`, of a long file in a thread of its own. */
export async function readSetupPyAside(file: PythonFile, signal: AbortSignal): Promise<SetupCall> {
  return readAside(new URL('./setup-py.js', import.meta.url), readSetupPy, file, signal);
}

/** `readVersionVariable`, of a long file in a thread of its own. */
export async function readVersionVariableAside(
  file: PythonFile & { variable: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  return readAside(new URL('./setup-py.js', import.meta.url), readVersionVariable, file, signal);
}

/** `readSetupCfg`, of a long file in a thread of its own. */
export async function readSetupCfgAside(file: PythonFile, signal: AbortSignal): Promise<SetupCfg> {
  return readAside(new URL('./setup-cfg.js', import.meta.url), readSetupCfg, file, signal);
}

/** `readPyproject`, of a long file in a thread of its own. */
export async function readPyprojectAside(file: PythonFile, signal: AbortSignal): Promise<Pyproject> {
  return readAside(new URL('./pyproject.js', import.meta.url), readPyproject, file, signal);
}

/** `module` exports `read` under its own name. */
async function readAside<File extends PythonFile, Content>(
  module: URL,
  read: (file: File) => Content,
  file: File,
  signal: AbortSignal,
): Promise<Content> {
  if (file.text.length <= MAX_INLINE) return read(file);
  try {
    return await runInThread<Content>(module, read.name, file, { signal, timeout: TIMEOUT });
  } catch (error) {
    throw error instanceof ThreadError ? ownError(error, file.file) : error;
  }
}

/** An error of ours comes back from a thread as a name. */
function ownError(error: ThreadError, file: string): Error {
  switch (error.errorName) {
    case 'InvalidFileFormat':
      return new InvalidFileFormat(error.message);
    case 'OutOfMemory':
    case 'TimeoutError':
      return new InvalidFileFormat(`${quote(file)} is too complex to be read.`);
    default:
      return error;
  }
}
