import { resolve } from 'node:path';
import { type LoginRole, roles, userName } from './login-entry.js';
import { WrongValue } from './options/option.js';
import { Fields, text } from './upstreams/fields.js';
import { readSmallFile } from './upstreams/small-files.js';
import { parseYaml, YamlProblem } from './upstreams/yaml-text.js';

const MAX_SIZE = 1024 * 1024;
/** Each token that comes is compared with all. */
const MAX_TOKENS = 1000;

/** What the file of static tokens says of one. */
export interface StaticToken {
  user: string;
  /** Of the token, lower-case hexadecimal. */
  sha256: string;
  roles: readonly LoginRole[];
  /** From this moment on it is refused (milliseconds since 1970); undefined = never. */
  expires: number | undefined;
}

/**
 * Reads the file of static tokens. `problems` are sentences with their place in the file that show no value; with one,
 * `tokens` is of no use.
 */
export function readStaticTokens(file: string): { tokens: StaticToken[]; problems: string[] } {
  try {
    return parseStaticTokens(readSmallFile(resolve(file), MAX_SIZE));
  } catch (error) {
    if (error instanceof WrongValue) return { tokens: [], problems: [error.message] };
    throw error;
  }
}

/** The same for the text of such a file. */
export function parseStaticTokens(content: string): { tokens: StaticToken[]; problems: string[] } {
  try {
    return readEntries(parseYaml(content));
  } catch (error) {
    if (error instanceof YamlProblem) return { tokens: [], problems: [error.message] };
    throw error;
  }
}

function readEntries(document: unknown): { tokens: StaticToken[]; problems: string[] } {
  const problems: string[] = [];
  // An empty file is one that is just being written.
  if (!Array.isArray(document)) return { tokens: [], problems: ['must hold a list; [] is the empty one'] };
  if (document.length > MAX_TOKENS) return { tokens: [], problems: [`must hold at most ${MAX_TOKENS} tokens`] };
  const found = document.map((item: unknown, index) => readEntry(item, `[${index}]`, problems));
  const digests = found.map((token) => token?.sha256);
  for (const [index, digest] of digests.entries()) {
    const first = digests.indexOf(digest);
    if (digest !== undefined && first < index) problems.push(`[${index}].sha256 is the same as [${first}].sha256`);
  }
  return { tokens: found.filter((token) => token !== undefined), problems };
}

function readEntry(item: unknown, place: string, problems: string[]): StaticToken | undefined {
  if (!(item instanceof Map)) {
    problems.push(`${place} must be a map with the keys user and sha256`);
    return undefined;
  }
  const fields = new Fields(item, place, problems);
  const user = fields.required('user', userName);
  const sha256 = fields.required('sha256', digest);
  const given = fields.get('roles', roles) ?? [];
  const expires = fields.get('expires', moment);
  fields.get('description', text);
  fields.finish();
  return user === undefined || sha256 === undefined ? undefined : { user, sha256, roles: given, expires };
}

function digest(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  throw new WrongValue('must be the SHA-256 of the token: 64 hexadecimal digits, in quotes if all are decimal');
}

/** A bare date means its end. */
function moment(value: unknown): number {
  const written = typeof value === 'string' ? value : '';
  const date = /^\d{4}-\d\d-\d\d$/.test(written);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/.test(written);
  const start = date || time ? Date.parse(date ? `${written}T00:00:00Z` : written) : Number.NaN;
  // An impossible day of a month would roll over into the next one.
  const day = written.slice(0, 10);
  const isReal = !Number.isNaN(start) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  if (isReal) return date ? start + 24 * 60 * 60 * 1000 : start;
  throw new WrongValue('must be a date like 2027-01-31 (until its end, UTC) or a time like 2027-01-31T12:00:00Z');
}
