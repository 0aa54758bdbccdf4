import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from './json-text.js';

describe('parseJson', () => {
  it('gives what JSON.parse gives', () => {
    const keys = fc.string({ unit: 'grapheme' }).filter((key) => !(key in {}) && key !== 'prototype');
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(keys.filter((key) => !key.includes('\0')), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', /property "a" twice/],
    ['{"a":1,"\\u0061":2}', /property "a" twice/],
    ['{"a":{"b":1,"c":[{"x":1,"x":1}]}}', /property "x" twice/],
    ['{"a\\"":1,"a\\"":1}', /twice/],
    ['{"a\\\\":1,"a\\\\":1}', /twice/],
    ['{"__proto__":{}}', /__proto__.*not allowed/],
    ['{"a":{"__pro\\u0074o__":{}}}', /__proto__.*not allowed/],
    ['{"constructor":{}}', /constructor.*not allowed/],
    ['{"a":"\\u0000"}', /NUL/],
    ['{"\\u0000":1}', /NUL/],
    ['["\\ud800"]', /surrogate/],
    ['["\\udc00\\ud800"]', /surrogate/],
    ['{"a":{"toString":1}}', /toString.*not allowed/],
    [`${'['.repeat(65)}${']'.repeat(65)}`, /deeper than 64/],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, /deeper than 64/],
    ['{"a":1', /not valid JSON/],
    ['{a:1}', /not valid JSON/],
    ["{'a':1}", /not valid JSON/],
    ['[1,]', /not valid JSON/],
    ['NaN', /not valid JSON/],
    ['{"a":01}', /not valid JSON/],
    ['"a\nb"', /not valid JSON/],
    ['{} {}', /not valid JSON/],
  ])('refuses %.60s', (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });

  it.each(['{"a":{"x":1},"b":{"x":1}}', '[{"x":1},{"x":1}]', '{"a":"a","b":"a"}', '{"a":["a","a"]}', '{"😀":"😀"}', '["__proto__"]'])(
    'accepts %s',
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    },
  );
});
