import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonStream, JsonStreamError } from './json-stream.js';

function read(chunks: readonly Uint8Array[], maxSize = 1000): unknown[] {
  const stream = new JsonStream(maxSize);
  const objects = chunks.flatMap((chunk) => [...stream.push(chunk)]);
  stream.end();
  return objects;
}

/** The bytes in pieces that are cut at the given places, wherever these are. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
}

describe('JsonStream', () => {
  it.each<[string, unknown[]]>([
    ['', []],
    [' \n\t', []],
    ['{}', [{}]],
    ['{}{}\n{"a":{"b":{}}}', [{}, {}, { a: { b: {} } }]],
    ['{"a":"}{"}\n{"b":"\\"}"}', [{ a: '}{' }, { b: '"}' }]],
    ['{"a\\\\":"\\\\"}{"\\u007b":"é𝒳"}', [{ 'a\\': '\\' }, { '{': 'é𝒳' }]],
    ['{"a":[{},{"}":1}]}', [{ a: [{}, { '}': 1 }] }]],
  ])('reads %s, however it is cut', (text, objects) => {
    const bytes = Buffer.from(text);
    expect(read([bytes])).toEqual(objects);
    expect(read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(objects);
  });

  it('reads whatever objects there are, however they are cut', () => {
    const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(json), fc.array(fc.nat()), fc.constantFrom(0, '\t', 2), (objects, places, indent) => {
        const text = objects.map((object) => `${JSON.stringify(object, undefined, indent)}\n`).join('');
        const expected = objects.map((object) => JSON.parse(JSON.stringify(object)) as unknown);
        expect(read(cutAt(Buffer.from(text), places), Infinity)).toEqual(expected);
      }),
    );
  });

  it('never throws anything but its own error, whatever it is given', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(...Buffer.from('{}[]":,\\ \n')), fc.nat(255)));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (text, places) => {
        try {
          read(cutAt(Uint8Array.from(text), places));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonStreamError);
        }
      }),
    );
  });

  it('does not take a special key for what it is not', () => {
    const [object] = read([Buffer.from('{"__proto__":{"polluted":true}}')]) as object[];
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(object).not.toHaveProperty('polluted');
  });

  it.each([
    ['go: downloading', 'between the objects'],
    ['{} x {}', 'between the objects'],
    ['{}}', 'between the objects'],
    ['[{}]', 'between the objects'],
    ['"{}"', 'between the objects'],
    ['{"a"}', 'no JSON'],
    ['{"a":[}', 'no JSON'],
    ['{"a":"\n"}', 'no JSON'],
    ['{"a":', 'cut off'],
    ['{"a":"}', 'cut off'],
    [`{"a":"${'x'.repeat(1000)}"}`, 'larger than 1000'],
    [`{"a":"${'x'.repeat(1000)}`, 'larger than 1000'],
  ])('refuses %s', (text, problem) => {
    expect(() => read([Buffer.from(text)])).toThrow(problem);
    expect(() => read([Buffer.from(text)])).toThrow(JsonStreamError);
  });
});
