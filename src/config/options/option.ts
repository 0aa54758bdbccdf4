/** A value that breaks a rule; the message says what is allowed: `must be …`. */
export class WrongValue extends Error {}

/** One option that this version uses: its name in the environment and how its text becomes a value. */
export interface Option<Value> {
  readonly name: string;
  /** Older or other names with the same meaning. */
  readonly aliases: readonly string[];
  /** The value is never shown. */
  readonly secret: boolean;
  /** Whether an empty text is a value; otherwise it counts as not set. */
  readonly allowsEmpty: boolean;
  /** Throws `WrongValue`. */
  readonly parse: (text: string) => Value;
}

export function option<Value>(
  name: string,
  parse: (text: string) => Value,
  details: { aliases?: readonly string[]; secret?: boolean; allowsEmpty?: boolean } = {},
): Option<Value> {
  return { name, parse, aliases: [], secret: false, allowsEmpty: false, ...details };
}
