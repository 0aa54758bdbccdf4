import { isIP } from 'node:net';
import { WrongValue } from './option.js';

/** The kinds of values. Each function turns the text of a variable into a value or throws `WrongValue`. */

export function integer(minimum: number, maximum: number, unit = ''): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new WrongValue(`must be a whole number${unit && ` of ${unit}`} from ${minimum} to ${maximum}`);
  };
}

/** Seconds or days, fractions allowed, as milliseconds. */
export function duration(unit: 'seconds' | 'days', minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value * (unit === 'days' ? 86_400_000 : 1_000);
    throw new WrongValue(`must be a number of ${unit} from ${minimum} to ${maximum}`);
  };
}

/** In any letter case: Python writes `True`. */
export function boolean(text: string): boolean {
  const value = text.toLowerCase();
  if (value === 'true' || value === 'false') return value === 'true';
  throw new WrongValue('must be true or false');
}

export function oneOf<Value extends string>(...allowed: readonly Value[]): (text: string) => Value {
  return (text) => {
    const value = allowed.find((candidate) => candidate === text.toLowerCase());
    if (value !== undefined) return value;
    throw new WrongValue(`must be one of ${allowed.join(', ')}`);
  };
}

export function hostName(text: string): string {
  if (isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/.test(text)) return text;
  throw new WrongValue('must be an IP address or a host name');
}

/** `HTTP@host`, or only the host. */
export function kerberosService(text: string): string {
  const [, host] = /^(?:HTTP[@/])?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)$/.exec(text) ?? [];
  if (host !== undefined) return `HTTP@${host}`;
  throw new WrongValue('must be the host of the service principal, like HTTP@cachito.example.org');
}

/** RFC 9110, §5.1; lower case, as Node names headers. */
export function headerName(text: string): string {
  if (/^[!#$%&'*+.^`|~\w-]{1,100}$/.test(text)) return text.toLowerCase();
  throw new WrongValue('must be the name of an HTTP header');
}

/** Base of addresses: without a slash at the end. */
export function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && !url.username && !url.password && !url.search && !url.hash;
  if (plain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new WrongValue('must be an http or https address without user, query and fragment');
}

/** As S3 and the servers that are compatible with it name buckets. */
export function bucketName(text: string): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) return text;
  throw new WrongValue('must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens');
}

/** `eu-central-1`; other servers have names of their own. */
export function regionName(text: string): string {
  if (/^[A-Za-z0-9-]{1,63}$/.test(text)) return text;
  throw new WrongValue('must be the name of a region like eu-central-1');
}

export function accessKeyId(text: string): string {
  if (/^[\w.@:-]{1,128}$/.test(text)) return text;
  throw new WrongValue('must be the id of an access key: letters, digits and the characters _.@:-');
}

/** Folders without slashes at either end; only characters that need no care in a key of S3. */
export function keyPrefix(text: string): string {
  const folders = text.replace(/^\/+|\/+$/g, '').split('/');
  if (text.length <= 512 && folders.every((folder) => /^(?!\.{1,2}$)[\w!.*'()-]+$/.test(folder))) return folders.join('/');
  throw new WrongValue('must be folders like cachito/production, of letters, digits and the characters !-_.*\'()');
}

/** `postgresql+psycopg2://` and the like are what SQLAlchemy writes. */
export function databaseUrl(text: string): string {
  const address = text.replace(/^postgres(?:ql)?(?:\+\w+)?:\/\//, 'postgresql://');
  if (address.startsWith('postgresql://') && URL.canParse(address)) return address;
  throw new WrongValue('must be an address like postgresql://user:password@host:5432/database');
}

/** Without a query: options of the connection are not for the address to decide. */
export function redisUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && url.hostname !== '' && !url.search && !url.hash && /^(\/\d{0,4})?$/.test(url.pathname);
  if (plain && /^rediss?:$/.test(url.protocol) && isEncoded(url.username) && isEncoded(url.password)) return url.href;
  throw new WrongValue('must be an address like redis://user:password@host:6379/0, or rediss://… with TLS');
}

function isEncoded(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** `1.26`, `1.26.3` or `1.27rc1`, with or without `go` before it. */
export function goVersion(text: string): string {
  const [, version] = /^(?:go)?(\d{1,4}\.\d{1,4}(?:\.\d{1,4}|(?:beta|rc)\d{1,4})?)$/.exec(text) ?? [];
  if (version !== undefined) return version;
  throw new WrongValue('must be a version of Go like 1.26 or 1.26.3');
}

/** Mode bits of a file, octal: `0660`, `660` or `0o660`. */
export function fileMode(text: string): number {
  if (/^(0o|0)?[0-7]{3}$/.test(text)) return Number.parseInt(text.replace(/^0o/, ''), 8);
  throw new WrongValue('must be an octal file mode like 0660');
}

/** JSON, or separated by commas; addresses without a prefix length stand for themselves. */
export function networks(text: string): string[] {
  const items = text.trimStart().startsWith('[') ? textList(text) : text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').map(network);
}

function network(text: string): string {
  const [address = '', length, ...rest] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const prefix = length ?? String(bits);
  if (bits > 0 && !address.includes('%') && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits) {
    return `${address}/${Number(prefix)}`;
  }
  throw new WrongValue(
    `must be a list of networks like 10.0.0.0/8 (JSON or separated by commas); ${JSON.stringify(text)} is none`,
  );
}

export function textList(text: string): string[] {
  const value = json(text);
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string' && item !== ''))
    return value;
  throw new WrongValue('must be a JSON list of texts like ["one","two"]');
}

export function listOf<Value extends string>(allowed: readonly Value[]): (text: string) => Value[] {
  return (text) => {
    const items = textList(text).map((item) => allowed.find((candidate) => candidate === item));
    const known = items.filter((item) => item !== undefined);
    if (known.length === items.length) return [...new Set(known)];
    throw new WrongValue(`must be a JSON list of some of ${allowed.join(', ')}`);
  };
}

export function listOfPairs<Value extends string>(allowed: readonly Value[]): (text: string) => [Value, Value][] {
  return (text) => {
    const value = json(text);
    const pairs = (Array.isArray(value) ? value : [undefined]).map((pair): [Value, Value] | undefined => {
      if (!Array.isArray(pair) || pair.length !== 2 || pair[0] === pair[1]) return undefined;
      const one = allowed.find((candidate) => candidate === pair[0]);
      const other = allowed.find((candidate) => candidate === pair[1]);
      return one !== undefined && other !== undefined ? [one, other] : undefined;
    });
    const good = pairs.filter((pair) => pair !== undefined);
    if (good.length === pairs.length) return good;
    throw new WrongValue(
      `must be a JSON list of pairs of two different names of ${allowed.join(', ')}, like [["npm","yarn"]]`,
    );
  };
}

/** Name → texts. No name of an object's prototype is in it. */
export function mapOfTextLists(text: string): Record<string, string[]> {
  const lists = record(json(text));
  const isTextList = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
  if (lists !== undefined && Object.values(lists).every(isTextList)) {
    return Object.assign(Object.create(null), lists);
  }
  throw new WrongValue('must be a JSON map of lists of texts like {"main-package":["dependency"]}');
}

/** A JSON object; without a prototype, so that no key means more than itself. */
export function record(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null), value);
}

export function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new WrongValue('must be JSON');
  }
}
