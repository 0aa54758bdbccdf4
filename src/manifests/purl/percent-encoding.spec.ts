import { describe, expect, it } from '@jest/globals';
import { percentEncode, percentEncodePath } from './percent-encoding.js';

const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~';

describe('percentEncode', () => {
  it('leaves letters, digits and _ . - ~ alone, and encodes all other ASCII characters', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    for (const character of ascii) {
      const hex = `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
      expect(percentEncode(character)).toBe(UNRESERVED.includes(character) ? character : hex);
    }
  });

  it.each([
    ["!'()*", '%21%27%28%29%2A'],
    ['ä€𝄞', '%C3%A4%E2%82%AC%F0%9D%84%9E'],
    ['a\ud800b\udc00', 'a%EF%BF%BDb%EF%BF%BD'],
    ['%2F', '%252F'],
  ])('%j → %s', (text, encoded) => expect(percentEncode(text)).toBe(encoded));
});

describe('percentEncodePath', () => {
  it('keeps slashes and nothing else', () => expect(percentEncodePath('@a/b%2F?c')).toBe('%40a/b%252F%3Fc'));
});
