/** Reading untrusted JSON: a value of the wanted kind, or undefined. */

type JsonObject = Readonly<Record<string, unknown>>;

export function objectIn(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object(value) : undefined;
}

/** The property, if the object itself has it. */
export function propertyOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. Longer text is undefined. */
export function textIn(value: unknown, maxLength = 10_000): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined;
  return Buffer.from(value.replaceAll('\0', '')).toString();
}

/** The entries of an object that are text. */
export function textsByNameIn(value: unknown): Record<string, string> | undefined {
  return mapped(value, (each) => textIn(each));
}

/** Those texts of a list that are text; a single text is a list of one. */
export function textListIn(value: unknown): string[] | undefined {
  const list: unknown[] | undefined = Array.isArray(value) ? value : typeof value === 'string' ? [value] : undefined;
  return list?.flatMap((each) => textIn(each) ?? []);
}

/** An object of what `read` makes of each property; without those that are undefined. */
export function mapped<T>(value: unknown, read: (value: unknown) => T | undefined): Record<string, T> | undefined {
  const object = objectIn(value);
  if (object === undefined) return undefined;
  const entries = Object.entries(object).flatMap(([name, each]): [string, T][] => {
    const key = textIn(name);
    const result = read(each);
    return key === undefined || result === undefined ? [] : [[key, result]];
  });
  // Defines properties, whatever their names are.
  return Object.fromEntries(entries);
}

/** The object without properties that are undefined. */
export function defined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
