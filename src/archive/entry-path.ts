import { ValidationError } from '../errors/index.js';
import { encodePath, hasBytes } from './path-bytes.js';

/** As long as a path of Linux may be (PATH_MAX), less the `app/` before it; and a name in it (NAME_MAX). Bytes. */
const MAX_PATH = 4096 - 'app/'.length;
const MAX_NAME = 255;

/**
 * Throws `ValidationError` for a path that would not stay below the root when it is unpacked: absolute, empty, with
 * empty names, `.` or `..`, with NUL, or longer than a file system takes.
 */
export function checkEntryPath(path: string): void {
  const bad =
    path.includes('\0') ||
    !hasBytes(path) ||
    encodePath(path).length > MAX_PATH ||
    path.split('/').some((name) => name === '' || name === '.' || name === '..' || encodePath(name).length > MAX_NAME);
  if (bad)
    throw new ValidationError(
      `The path ${quote(path)} cannot be part of an archive: it is not a plain path below the root`,
    );
}

/** Throws `ValidationError` for a link target that no file system takes. Where it leads is not looked at. */
export function checkLinkTarget(path: string, target: string): void {
  if (target === '' || target.includes('\0') || !hasBytes(target) || encodePath(target).length > MAX_PATH) {
    throw new ValidationError(`The symbolic link ${quote(path)} has a target that cannot be part of an archive`);
  }
}

/** A hostile name, safe to show: printable and short. */
function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
