import { describe, expect, it } from '@jest/globals';
import { besideSimple } from './beside-simple.js';

const A = 'Basic a';
const B = 'Basic b';

describe('besideSimple', () => {
  it.each<[string, [url: string, authorization: string | undefined][], [string, string][]]>([
    ['gives the parent of simple/', [['https://h.dev/a/simple/', A]], [['https://h.dev/a/', A]]],
    ['gives the parent of +simple/', [['https://h.dev/root/pypi/+simple/', A]], [['https://h.dev/root/pypi/', A]]],
    ['gives the root, and nothing above', [['http://h.dev:8080/simple/', A]], [['http://h.dev:8080/', A]]],
    ['gives one step only', [['https://h.dev/simple/simple/', A]], [['https://h.dev/simple/', A]]],
    ['knows no other names', [['https://h.dev/a/', A], ['https://h.dev/simple/a/', A], ['https://h.dev/not-simple/', A], ['https://h.dev/Simple/', A], ['https://h.dev/++simple/', A]], []],
    ['has nothing to give', [['https://h.dev/a/simple/', undefined]], []],
    ['lets two indexes share what is the same', [['https://h.dev/a/simple/', A], ['https://h.dev/a/+simple/', A]], [['https://h.dev/a/', A]]],
    ['cannot choose between two', [['https://h.dev/a/simple/', A], ['https://h.dev/a/+simple/', B]], []],
    ['cannot choose between some and none', [['https://h.dev/a/simple/', undefined], ['https://h.dev/a/+simple/', B]], []],
    ['keeps neighbours apart', [['https://h.dev/a/simple/', A], ['https://h.dev/b/simple/', B]], [['https://h.dev/a/', A], ['https://h.dev/b/', B]]],
    ['gives way to an entry of this very address', [['https://h.dev/a/simple/', A], ['https://h.dev/a/', undefined]], []],
  ])('%s', (_, entries, expected) => {
    const indexes = entries.map(([url]) => ({ url, public: false, scopes: [], fallback: 'next' as const }));
    const access = entries.map(([url, authorization]) => ({ url, authorization, ca: undefined }));
    expect(besideSimple(indexes, access)).toEqual(expected.map(([url, authorization]) => ({ url, authorization, ca: undefined })));
  });

  it('leaves other ecosystems alone', () => {
    expect(besideSimple([], [{ url: 'https://h.dev/npm/simple/', authorization: A, ca: undefined }])).toEqual([]);
  });
});
