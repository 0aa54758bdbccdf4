import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { isJsonObject, type JsonObject, ownValue } from './json.js';

/** The values of an object of a lock file, each checked to be of its type. Throws `ValidationError` naming the place. */
export class Fields {
  constructor(
    readonly raw: JsonObject,
    /** How messages name the object and its file; asked only for a message. */
    readonly place: () => string,
  ) {}

  text(key: string): string | undefined {
    const value = ownValue(this.raw, key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrong(key, 'a string');
  }

  /** As `text`; `false` counts as absent: npm 6 wrote it for bundled packages. */
  textOrFalse(key: string): string | undefined {
    return ownValue(this.raw, key) === false ? undefined : this.text(key);
  }

  flag(key: string): boolean {
    const value = ownValue(this.raw, key);
    if (value === undefined || typeof value === 'boolean') return value === true;
    throw this.wrong(key, 'true or false');
  }

  object(key: string): JsonObject | undefined {
    const value = ownValue(this.raw, key);
    if (value === undefined || isJsonObject(value)) return value;
    throw this.wrong(key, 'an object');
  }

  /** A map of names to version specifications. */
  specs(key: string): [name: string, spec: string][] {
    return Object.entries(this.object(key) ?? {}).map(([name, spec]) => {
      if (typeof spec === 'string') return [name, spec];
      throw new ValidationError(`${quote(name)} in "${key}" of ${this.place()} must be a string.`);
    });
  }

  private wrong(key: string, type: string): ValidationError {
    return new ValidationError(`"${key}" of ${this.place()} must be ${type}.`);
  }
}
