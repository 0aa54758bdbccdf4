import { BadRequestException } from '@nestjs/common';
import { quote } from './quote.js';
import { brokenText } from './text.js';

/** How deep arrays and objects may nest. */
const MAX_DEPTH = 64;

/** Keys that every JavaScript object has already: `__proto__`, `constructor`, `toString`, … */
const REFUSED_KEYS: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/**
 * Parses the JSON text of a body (RFC 8259), stricter than `JSON.parse`: no duplicate keys, no keys that reach the
 * prototype, limited depth, no text that cannot be stored. Throws `BadRequestException` saying what is wrong.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadRequestException(`The body is not valid JSON: ${error instanceof Error ? error.message : ''}`);
  }
  inspect(text);
  return value;
}

/** Reads valid JSON text once for what `JSON.parse` does not tell. */
function inspect(text: string): void {
  /** Keys of the open objects; undefined = an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyExpected = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        keyExpected = text[at] === '{';
        open.push(keyExpected ? new Set() : undefined);
        if (open.length > MAX_DEPTH)
          throw new BadRequestException(`The body is nested deeper than ${MAX_DEPTH} levels`);
        break;
      case '}':
      case ']':
        open.pop();
        keyExpected = false;
        break;
      case ',':
        keyExpected = open.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(text, at);
        checkString(text.slice(at, end + 1), keyExpected ? open.at(-1) : undefined);
        keyExpected = false;
        at = end;
        break;
      }
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** Checks one string of the text; `siblings` are the keys seen so far when it is a key. */
function checkString(literal: string, siblings: Set<string> | undefined): void {
  const value: string = literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
  const broken = brokenText(value);
  if (broken !== undefined) throw new BadRequestException(`The body holds ${broken} in the text ${quote(value)}`);
  if (siblings === undefined) return;
  if (REFUSED_KEYS.has(value))
    throw new BadRequestException(`The body holds the property ${quote(value)}, which is not allowed`);
  if (siblings.has(value)) throw new BadRequestException(`The body holds the property ${quote(value)} twice`);
  siblings.add(value);
}
