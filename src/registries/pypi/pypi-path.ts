import { indexName, type PipRepository } from '../../packages/index.js';
import { decodedParts } from '../path-parts.js';

/** What a client of a Python package index, or of the store of other archives, asks for. */
export type PypiTarget =
  | { kind: 'unknown' | 'projects' }
  /** `location` is relative to the address that was asked for. */
  | { kind: 'elsewhere'; location: string }
  /** Its name is normalised. */
  | { kind: 'project'; project: string }
  | { kind: 'file'; project: string; version: string; file: string }
  /** `directory` starts with a slash and may have several parts. */
  | { kind: 'raw'; directory: string; file: string };

const UNKNOWN: PypiTarget = { kind: 'unknown' };

/** Names of projects (https://packaging.python.org/en/latest/specifications/name-normalization/). */
const PROJECT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** What no stored name has. */
const NO_NAME = /[/\\\p{Cc}]|^\.{0,2}$/u;

/**
 * Reads a path below one part of the registry, as it was sent, without a slash at its start. Parts may be
 * percent-encoded, once. Pages have a slash at the end and normalised names (PEP 503).
 */
export function parsePypiPath(repository: PipRepository | undefined, path: string): PypiTarget {
  const parts = decodedParts(path);
  if (parts === undefined) return UNKNOWN;
  switch (repository) {
    case 'hosted':
      return parts[0] === 'simple' ? pageOf(parts.slice(1)) : fileOf(parts);
    case 'raw':
      return rawFileOf(parts);
    default:
      return UNKNOWN;
  }
}

/** What follows `simple`. */
function pageOf(parts: readonly string[]): PypiTarget {
  const [name, end] = parts;
  if (name === undefined) return { kind: 'elsewhere', location: 'simple/' };
  if (name === '' && parts.length === 1) return { kind: 'projects' };
  const hasSlash = end === '';
  if (!PROJECT.test(name) || parts.length !== (hasSlash ? 2 : 1)) return UNKNOWN;
  const project = indexName(name);
  if (!hasSlash) return { kind: 'elsewhere', location: `${project}/` };
  return project === name ? { kind: 'project', project } : { kind: 'elsewhere', location: `../${project}/` };
}

/** `packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz` */
function fileOf(parts: readonly string[]): PypiTarget {
  const [first, project = '', version = '', file = ''] = parts;
  if (first !== 'packages' || parts.length !== 4 || [project, version, file].some(isNoName)) return UNKNOWN;
  return { kind: 'file', project, version, file };
}

/** `git.acme.dev/team/eel/eel-1.0.tar.gz` */
function rawFileOf(parts: readonly string[]): PypiTarget {
  if (parts.length < 2 || parts.some(isNoName)) return UNKNOWN;
  const directory = `/${parts.slice(0, -1).join('/')}`;
  return { kind: 'raw', directory, file: parts[parts.length - 1] ?? '' };
}

function isNoName(part: string): boolean {
  return NO_NAME.test(part);
}
