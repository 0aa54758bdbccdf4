import type { Request } from 'express';
import { matchesEntityTag } from './entity-tag.js';

/** The headers by which a client asks for less than the whole (RFC 9110 §13, §14). */
export interface Conditions {
  range?: string;
  ifRange?: string;
  ifNoneMatch?: string;
}

/** `start` and `end` count bytes from 0, both inclusive (RFC 9110 §14.1.2). */
export type Selection =
  | { kind: 'whole' }
  | { kind: 'unchanged' }
  | { kind: 'unsatisfiable' }
  | { kind: 'part'; range: { start: number; end: number } };

const WHOLE: Selection = { kind: 'whole' };
/** One range only: several would need a multipart answer, and a server may ignore any `Range` (RFC 9110 §14.2). */
const SINGLE_RANGE = /^bytes[ \t]*=[ \t]*(\d{0,15})[ \t]*-[ \t]*(\d{0,15})[ \t]*$/i;

export function conditionsOf(request: Request): Conditions {
  return {
    // Ranges are defined for GET only (RFC 9110 §14.2).
    range: request.method === 'GET' ? request.get('Range') : undefined,
    ifRange: request.get('If-Range'),
    ifNoneMatch: request.get('If-None-Match'),
  };
}

/** What of a content with this size and strong entity tag (with its quotes) answers the client. */
export function select(conditions: Conditions, etag: string, size: number): Selection {
  if (matchesEntityTag(conditions.ifNoneMatch, etag)) return { kind: 'unchanged' };
  if (conditions.range === undefined) return WHOLE;
  // Dates are never offered as a validator, so only the very tag lets a range through.
  if (conditions.ifRange !== undefined && conditions.ifRange.trim() !== etag) return WHOLE;
  return parseRange(conditions.range, size);
}

function parseRange(header: string, size: number): Selection {
  const [, first = '', last = ''] = SINGLE_RANGE.exec(header.trim()) ?? [];
  if (first === '' && last === '') return WHOLE;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', range: { start: size - length, end: size - 1 } };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return WHOLE;
  if (start >= size) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) } };
}
