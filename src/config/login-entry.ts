import { WrongValue } from './options/option.js';
import { textList } from './upstreams/fields.js';

/** What files of logins may give to a caller; `auth/caller.ts` says what they mean. */
const ROLES = ['worker', 'representative', 'administrator'] as const;
export type LoginRole = (typeof ROLES)[number];

/** Longest user name. */
export const MAX_USER_NAME = 255;

/** Control and formatting characters, line ends, halves of a character. */
const NO_TEXT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\ufffd]/u;

/** Whether a text can be a user name, or a part of one. */
export function isUserName(text: string): boolean {
  return text !== '' && text.length <= MAX_USER_NAME && text.trim() === text && !NO_TEXT.test(text);
}

export function userName(value: unknown): string {
  if (typeof value === 'string' && isUserName(value)) return value;
  throw new WrongValue(
    `must be text of at most ${MAX_USER_NAME} characters, without control characters and white space around it`,
  );
}

export function roles(value: unknown): LoginRole[] {
  if (Array.isArray(value) && value.length === 0) return [];
  const found = textList(value).map((item) => ROLES.find((role) => role === item));
  const known = found.filter((role) => role !== undefined);
  if (known.length === found.length) return known;
  throw new WrongValue(`must be a list of some of ${ROLES.join(', ')}`);
}
