import { WrongValue } from '../options/option.js';

/**
 * The keys of one entry in the upstreams file. Collects what is wrong with them, each with its place (`npm[0].url`),
 * and never shows a value.
 */
export class Fields {
  private readonly read = new Set<string>();

  constructor(
    private readonly values: ReadonlyMap<unknown, unknown>,
    private readonly place: string,
    private readonly problems: string[],
  ) {}

  has(key: string): boolean {
    this.read.add(key);
    return this.values.has(key);
  }

  /** The parsed value of a key; undefined when it is absent or wrong. `parse` throws `WrongValue`. */
  get<Value>(key: string, parse: (value: unknown) => Value): Value | undefined {
    if (!this.has(key)) return undefined;
    try {
      return parse(this.values.get(key));
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      this.complain(`${this.place}.${key} ${error.message}`);
      return undefined;
    }
  }

  required<Value>(key: string, parse: (value: unknown) => Value): Value | undefined {
    if (!this.has(key)) this.complain(`${this.place}.${key} is missing`);
    return this.get(key, parse);
  }

  complain(problem: string): void {
    this.problems.push(problem);
  }

  /** Complains of keys that nobody has asked for. Call it last. */
  finish(): void {
    const known = [...this.read].sort().join(', ');
    for (const key of this.values.keys()) {
      if (this.read.has(String(key))) continue;
      this.complain(`${this.place} has an unknown key ${quoted(key)}; there are ${known}`);
    }
  }
}

/** A key for a message: keys are names, but whoever mixes up key and value has put a secret there. */
export function quoted(key: unknown): string {
  const text = String(key);
  return /^[\w-]{1,30}$/.test(text) ? `"${text}"` : '(not shown)';
}

export function text(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new WrongValue('must be text');
}

export function textList(value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((item): item is string => typeof item === 'string'))
    return [...new Set(value)];
  throw new WrongValue('must be a list of at least one text');
}

export function oneOf<Value extends string>(...allowed: readonly Value[]): (value: unknown) => Value {
  return (value) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw new WrongValue(`must be one of ${allowed.join(', ')}`);
  };
}

export function onlyTrue(value: unknown): true {
  if (value === true) return true;
  throw new WrongValue('must be true, or be left out');
}

/** A base address with a slash at its end. */
export function baseAddress(...schemes: readonly string[]): (value: unknown) => string {
  return (value) => {
    const url = typeof value === 'string' && /^[\x21-\x7e]{1,2000}$/.test(value) ? parsed(value) : undefined;
    if (url === undefined || !schemes.includes(url.protocol.slice(0, -1)) || url.hostname === '')
      throw new WrongValue(`must be an address that begins with ${schemes.map((name) => `${name}://`).join(' or ')}`);
    if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
      throw new WrongValue('must hold no user name or password; there are keys of their own for them');
    if (url.search !== '' || url.hash !== '' || /[?#\\]/.test(String(value)))
      throw new WrongValue('must have no query, fragment or backslash');
    return url.href.endsWith('/') ? url.href : `${url.href}/`;
  };
}

function parsed(value: string): URL | undefined {
  // The URL parser would take `https:/host` and `https:host` too.
  return /^[a-z]+:\/\/[^/]/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
}
