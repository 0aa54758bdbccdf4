import { ValidationError } from '../../../errors/index.js';

/** An object as parsed: its keys are anything, so ask for them with `ownValue`. */
export type JsonObject = Record<string, unknown>;

/** Arrays and objects inside each other; version-1 trees of depth 100 need 200. */
const MAX_DEPTH = 500;

/**
 * The object that a file of the repository holds. Throws `ValidationError` naming the file for anything else, and for
 * nesting so deep that writing it back would exhaust the stack. Of duplicate keys the last one counts, as for npm.
 */
export function parseJsonObject(text: string, file: string): JsonObject {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text;
  checkDepth(plain, file);
  const value = parse(plain, file);
  if (!isJsonObject(value)) throw new ValidationError(`${file} must hold a JSON object.`);
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, never one that every object inherits. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, which may hold secrets.
    throw new ValidationError(`${file} is not valid JSON.`);
  }
}

function checkDepth(text: string, file: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw new ValidationError(`${file} is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
