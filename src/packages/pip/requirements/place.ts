import { ValidationError } from '../../../errors/index.js';

/** A line of a requirements file, relative to the root of the repository, counted from 1. */
export interface Place {
  file: string;
  line: number;
}

/** The error for a line that cannot be used. */
export function invalidLine({ file, line }: Place, message: string): ValidationError {
  return new ValidationError(`${file}:${line}: ${message}`);
}

/**
 * A part of a line as messages may show it: what follows the first colon may be an address with a password, or a token.
 */
export function withoutAddress(text: string): string {
  const colon = text.indexOf(':');
  return colon < 0 ? text : `${text.slice(0, colon + 1)}...`;
}
