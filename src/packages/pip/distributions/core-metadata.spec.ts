import { describe, expect, it } from '@jest/globals';
import { readCoreMetadata } from './core-metadata.js';

describe('the fields of core metadata', () => {
  it.each<[string, string, Record<string, string[]>]>([
    ['nothing', '', {}],
    ['one', 'Name: kite', { name: ['kite'] }],
    ['several of one name', 'A: 1\nB: 2\na:3\n', { a: ['1', '3'], b: ['2'] }],
    ['lines that go on', 'A: 1\n  2\n\t3\nB:\n  4', { a: ['1\n2\n3'], b: ['4'] }],
    ['a blank line within a value', 'A: 1\n        \n        2\nB: 3', { a: ['1\n\n2'], b: ['3'] }],
    ['a body', 'A: 1\n\nB: 2', { a: ['1'] }],
    ['a line that is no field', 'A: 1\nsome text: 2\nB: 3', { a: ['1'] }],
    ['other ends of lines', 'A: 1\r\nB: 2\rC: 3\r\n\r\nD: 4', { a: ['1'], b: ['2'], c: ['3'] }],
    ['colons in values', 'A: https://h.dev/', { a: ['https://h.dev/'] }],
    ['names of properties', '__proto__: 1\nconstructor: 2', { ['__proto__']: ['1'], constructor: ['2'] }],
    ['indentation before all', '  A: 1\nB: 2', { b: ['2'] }],
  ])('%s', (_, text, expected) => {
    expect([...(readCoreMetadata(Buffer.from(text)) ?? [])]).toEqual(Object.entries(expected));
  });

  it('may have a long body behind them', () => {
    expect(readCoreMetadata(Buffer.from(`A: 1\n\n${'x\n'.repeat(2_000_000)}`))?.get('a')).toEqual(['1']);
  });

  it.each([
    ['a value without end', `A: ${'x'.repeat(2_000_000)}`],
    ['fields without end', 'A: 1\n'.repeat(150_000)],
  ])('%s says nothing', (_, text) => {
    expect(readCoreMetadata(Buffer.from(text))).toBeUndefined();
  });
});
