import { expect, it } from '@jest/globals';
import { readPaxRecords } from './pax-records.js';

it.each<[string, Record<string, string>]>([
  ['', {}],
  ['9 path=x\n', { path: 'x' }],
  ['13 path=ä\nb\n', { path: 'ä\nb' }],
  ['9 path=x\n11 size=10\n', { path: 'x', size: '10' }],
  ['14 a=b=c d=\n\n\n', { a: 'b=c d=\n\n' }],
])('reads %j', (text, expected) => {
  const records = readPaxRecords(Buffer.from(text)) ?? new Map<string, Buffer>();
  expect(Object.fromEntries([...records].map(([key, value]) => [key, value.toString()]))).toEqual(expected);
});

it.each([
  '99 path=x\n',
  '8 path=x',
  '0 path=x\n',
  '-9 path=x\n',
  '09 path=x\n',
  'path=x\n',
  '5 =x\n',
  '4 x\n',
  '9 path=x\n9 path=y\n',
  `${'9'.repeat(30)} path=x\n`,
])('does not read %j', (text) => expect(readPaxRecords(Buffer.from(text))).toBeUndefined());
