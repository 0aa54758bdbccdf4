import { decodedParts } from '../path-parts.js';

/** What is kept of a version: its metadata, its `go.mod`, its files. */
export type ModuleFileKind = 'info' | 'mod' | 'zip';

/** What a client of the GOPROXY protocol asks for; names as they are written in `go.mod`. */
export type GoproxyTarget =
  | { kind: 'unknown' }
  | { kind: 'list' | 'latest'; module: string }
  | { kind: ModuleFileKind; module: string; version: string };

const UNKNOWN: GoproxyTarget = { kind: 'unknown' };

/** Characters of escaped paths and versions (golang.org/x/mod/module): upper case is `!` and the lower-case letter. */
const PATH_PART = /^[a-z0-9!._~-]+$/;
const VERSION = /^[a-z0-9!._+-]+$/;
const FILE = /^(.+)\.(info|mod|zip)$/;

/**
 * Reads a path below a registry, as it was sent, without a slash at its start (`go help goproxy`). Parts may be
 * percent-encoded, once: `go` does that with the `!`. Any other spelling of a name than the escaped one is `unknown`.
 */
export function parseGoproxyPath(path: string): GoproxyTarget {
  const parts = decodedParts(path);
  if (parts === undefined) return UNKNOWN;
  const last = parts[parts.length - 1] ?? '';
  if (last === '@latest') return ofModule('latest', parts.slice(0, -1));
  if (parts[parts.length - 2] !== '@v') return UNKNOWN;
  const above = parts.slice(0, -2);
  return last === 'list' ? ofModule('list', above) : fileOf(above, last);
}

/** `github.com/!burnt!sushi/toml`, `gopkg.in/yaml.v3`: a module path, or undefined. */
function modulePath(parts: readonly string[]): string | undefined {
  const isPath = parts.length > 0 && parts.every((part) => PATH_PART.test(part) && part !== '.' && part !== '..');
  return isPath ? unescapeUpperCase(parts.join('/')) : undefined;
}

function ofModule(kind: 'list' | 'latest', parts: readonly string[]): GoproxyTarget {
  const module = modulePath(parts);
  return module === undefined ? UNKNOWN : { kind, module };
}

function fileOf(parts: readonly string[], file: string): GoproxyTarget {
  const module = modulePath(parts);
  const [, escaped = '', extension] = FILE.exec(file) ?? [];
  const version = VERSION.test(escaped) ? unescapeUpperCase(escaped) : undefined;
  if (module === undefined || version === undefined || !isKind(extension)) return UNKNOWN;
  return { kind: extension, module, version };
}

/** Undefined unless every `!` stands before a lower-case letter. */
function unescapeUpperCase(text: string): string | undefined {
  if (/!(?![a-z])/.test(text)) return undefined;
  return text.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function isKind(text: string | undefined): text is ModuleFileKind {
  return text === 'info' || text === 'mod' || text === 'zip';
}
