import { describe, expect, it } from '@jest/globals';
import { type Conditions, select, type Selection } from './conditions.js';

const ETAG = '"abc"';
const SIZE = 1000;
const WHOLE: Selection = { kind: 'whole' };
const NONE: Selection = { kind: 'unsatisfiable' };
const part = (start: number, end: number): Selection => ({ kind: 'part', range: { start, end } });

describe('select', () => {
  it.each<[Conditions, Selection]>([
    [{}, WHOLE],
    [{ range: 'bytes=0-0' }, part(0, 0)],
    [{ range: 'bytes=10-19' }, part(10, 19)],
    [{ range: 'bytes=10-' }, part(10, 999)],
    [{ range: 'bytes=990-5000' }, part(990, 999)],
    [{ range: 'bytes=-10' }, part(990, 999)],
    [{ range: 'bytes=-5000' }, part(0, 999)],
    [{ range: 'Bytes = 10 - 19 ' }, part(10, 19)],
    [{ range: 'bytes=1000-' }, NONE],
    [{ range: 'bytes=-0' }, NONE],
    [{ range: 'bytes=999999999999999-' }, NONE],
    // What is not understood is as if it were not there (RFC 9110 §14.2).
    [{ range: 'bytes=-' }, WHOLE],
    [{ range: 'bytes=20-10' }, WHOLE],
    [{ range: 'bytes=0-1,5-6' }, WHOLE],
    [{ range: 'lines=0-1' }, WHOLE],
    [{ range: 'bytes=a-b' }, WHOLE],
    [{ range: 'bytes=99999999999999999999-' }, WHOLE],
    [{ range: '' }, WHOLE],
    [{ range: 'bytes=10-19', ifRange: ETAG }, part(10, 19)],
    [{ range: 'bytes=10-19', ifRange: '"other"' }, WHOLE],
    [{ range: 'bytes=10-19', ifRange: `W/${ETAG}` }, WHOLE],
    [{ range: 'bytes=10-19', ifRange: 'Sat, 21 Nov 2026 00:00:00 GMT' }, WHOLE],
    [{ ifNoneMatch: ETAG }, { kind: 'unchanged' }],
    [{ ifNoneMatch: `W/${ETAG}` }, { kind: 'unchanged' }],
    [{ ifNoneMatch: `"x", ${ETAG}` }, { kind: 'unchanged' }],
    [{ ifNoneMatch: '*' }, { kind: 'unchanged' }],
    [{ ifNoneMatch: '"x", "ab", abc' }, WHOLE],
    [{ ifNoneMatch: ETAG, range: 'bytes=0-0' }, { kind: 'unchanged' }],
    [{ ifNoneMatch: '"x"', range: 'bytes=0-0' }, part(0, 0)],
  ])('of %j gives %j', (conditions, selection) => {
    expect(select(conditions, ETAG, SIZE)).toEqual(selection);
  });
});
