import { posix } from 'node:path';
import { quote } from '../../quote.js';
import { fragmentEntries, percentDecoded } from './address.js';
import { projectOf } from './fragment-name.js';
import { parseExtras, type Project } from './named.js';
import { invalidLine, type Place } from './place.js';
import type { Named } from './statement.js';

/** Bytes: the path of a local package stands for its version, and more do not fit into an index of the catalogue. */
const MAX_LENGTH = 1000;

/** pip takes for paths what begins with a dot or has a slash; behind `-e`, where no release can stand, everything. */
export function isPath(text: string, editable: boolean): boolean {
  return !text.includes('@') && (editable || text.startsWith('.') || text.includes('/'));
}

/** Reads `./lib[extra]`. Throws `ValidationError`. */
export function parsePath(text: string, place: Place): Named {
  const [path, extras] = splitExtras(text);
  return { name: '', extras: parseExtras(extras, place), subject: { kind: 'local', path: checkedPath(path, place) } };
}

/** Reads `file:lib#egg=name`, with the name that stands before it. Throws `ValidationError`. */
export function parseFileAddress(address: string, before: Project | undefined, editable: boolean, place: Place): Named {
  const [, text = '', fragment = ''] = /^file:([^#]*)(#.*)?$/is.exec(address) ?? [];
  // pip looks for extras behind an editable address only.
  const [path, extras] = editable ? splitExtras(text) : [text, ''];
  const project = projectOf(fragmentEntries(fragment), before, place);
  return {
    name: project?.name ?? '',
    extras: [...new Set([...(project?.extras ?? []), ...parseExtras(extras, place)])].sort(),
    subject: { kind: 'local', path: checkedPath(percentDecoded(path), place) },
  };
}

/**
 * Where in the repository a path leads that pip sees in `packageRoot`. Throws `ValidationError` when it leads out of
 * the repository.
 */
export function insideRepository(packageRoot: string, path: string, place: Place): string {
  const resolved = posix.join(packageRoot, path).replace(/\/$/, '');
  if (resolved === '..' || resolved.startsWith('../'))
    throw invalidLine(
      place,
      `The path ${quote(path)} leads out of the repository. Only what is in the repository can be used.`,
    );
  return resolved;
}

/** Throws `ValidationError` for what is no relative path, such as one on another host. */
export function checkedPath(path: string, place: Place): string {
  if (path.startsWith('/'))
    throw invalidLine(
      place,
      `The path ${quote(withoutUser(path))} is absolute. Name what is in the repository by a relative path.`,
    );
  if (path === '' || Buffer.byteLength(path) > MAX_LENGTH || /[\0-\x1f\x7f\\]/.test(path))
    throw invalidLine(place, `${quote(path)} is not a relative path with "/" between names.`);
  return path;
}

function splitExtras(text: string): [string, string] {
  const [, path, extras] = /^([^[]+)\[([^\]]+)\]$/.exec(text) ?? [];
  return path === undefined || extras === undefined ? [text, ''] : [path.trim(), extras.trim()];
}

/** Of `file://user:password@host/path`. */
function withoutUser(path: string): string {
  const authority = /^\/\/[^/]*/.exec(path)?.[0] ?? '';
  return `${authority.includes('@') ? '//' : ''}${path.slice(authority.lastIndexOf('@') + 1)}`;
}
