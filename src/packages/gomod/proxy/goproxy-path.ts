import { unescapeModulePath, unescapeVersion } from '../modules/module-path.js';

/** What a client of a Go module proxy asks for (`go help goproxy`, https://go.dev/ref/mod#goproxy-protocol). */
export type ModuleTarget =
  | { kind: 'list' | 'latest'; path: string }
  /** `version` is well-formed, but need not be a version: `.info` may be asked for of a branch, say. */
  | { kind: 'info' | 'mod' | 'zip'; path: string; version: string }
  /** A part of a checksum database, as it is spelled there: `lookup/example.com/!azure@v1.0.0`. */
  | { kind: 'sumdb'; name: string; rest: string }
  | { kind: 'unknown' };

const UNKNOWN: ModuleTarget = { kind: 'unknown' };

const FILE = /^(.+)\.(info|mod|zip)$/;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const DATABASE_PART = /^[A-Za-z0-9!@+._~-]+$/;

/**
 * Reads a path below a module proxy, as it was sent, without a slash at its start. Each part may be percent-encoded, once
 * (`go` sends `%21` for the `!` before a capital). Module paths and versions are returned unescaped and obey Go's rules;
 * anything else is `unknown`.
 */
export function parseModulePath(pathname: string): ModuleTarget {
  const parts = pathname.split('/').map(decode);
  if (!parts.every((part) => part !== undefined)) return UNKNOWN;
  if (parts[0] === 'sumdb') return parseDatabasePath(parts.slice(1));
  if (parts.at(-1) === '@latest') return aboutModule('latest', parts.slice(0, -1));
  if (parts.at(-2) !== '@v') return UNKNOWN;
  const file = parts.at(-1) ?? '';
  if (file === 'list') return aboutModule('list', parts.slice(0, -2));
  return parseFile(file, parts.slice(0, -2));
}

function aboutModule(kind: 'list' | 'latest', parts: readonly string[]): ModuleTarget {
  const path = unescapeModulePath(parts.join('/'));
  return path === undefined ? UNKNOWN : { kind, path };
}

function parseFile(file: string, parts: readonly string[]): ModuleTarget {
  const [, escaped = '', extension] = FILE.exec(file) ?? [];
  const path = unescapeModulePath(parts.join('/'));
  const version = unescapeVersion(escaped);
  if (path === undefined || version === undefined) return UNKNOWN;
  return { kind: extension as 'info' | 'mod' | 'zip', path, version };
}

function parseDatabasePath([name = '', ...rest]: readonly string[]): ModuleTarget {
  if (!HOST.test(name) || rest.length === 0) return UNKNOWN;
  const isPlain = rest.every((part) => DATABASE_PART.test(part) && !/^\.+$/.test(part));
  return isPlain ? { kind: 'sumdb', name, rest: rest.join('/') } : UNKNOWN;
}

/** Undefined for what is not well-formed, or would become several parts. */
function decode(part: string): string | undefined {
  try {
    const decoded = decodeURIComponent(part);
    return decoded.includes('/') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
