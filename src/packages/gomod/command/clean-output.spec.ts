import { describe, expect, it } from '@jest/globals';
import { cleanOutput, lastLines } from './clean-output.js';

const PLACES = {
  repository: '/data/tmp/17/source',
  scratch: '/data/tmp/17',
  goModCache: '/data/tmp/17/mod',
  goroot: '/data/go/toolchains/go1.26.8',
  proxy: 'http://127.0.0.1:34567/',
};

describe('cleanOutput', () => {
  it.each([
    ['/data/tmp/17/source/sub/main.go:3:8: no such package', 'sub/main.go:3:8: no such package'],
    ['cannot read /data/tmp/17/source: gone', 'cannot read .: gone'],
    ['open /data/tmp/17/mod/example.com/a@v1.0.0/go.mod', 'open $GOMODCACHE/example.com/a@v1.0.0/go.mod'],
    ['open /data/tmp/17/temporary/x', 'open $TMPDIR/temporary/x'],
    ['package x is not in std (/data/go/toolchains/go1.26.8/src/x)', 'package x is not in std ($GOROOT/src/x)'],
    [
      'reading http://127.0.0.1:34567/example.com/a/@v/v1.0.0.mod: 404 Not Found',
      'reading the module proxy/example.com/a/@v/v1.0.0.mod: 404 Not Found',
    ],
    ['Get "http://127.0.0.1:34567": dial tcp 127.0.0.1:34567: refused', 'Get "the module proxy": dial tcp the module proxy: refused'],
    ['\u001b[31mred\u001b[0m\r\n\ttext\u0000\u202e', '[31mred[0m\n\ttext'],
  ])('of %j leaves %j', (text, cleaned) => {
    expect(cleanOutput(text, PLACES)).toBe(cleaned);
  });
});

describe('lastLines', () => {
  it('leaves out what go says in passing', () => {
    expect(lastLines('go: downloading example.com/a v1.0.0\n\ngo: example.com/a@v1.0.0: bad\n')).toBe('go: example.com/a@v1.0.0: bad');
    expect(lastLines('go: downloading example.com/a v1.0.0\n')).toBe('');
  });

  it('keeps little of much', () => {
    const lines = lastLines(Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n')).split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('line 99');
    expect(lastLines('x'.repeat(10_000))).toHaveLength(2000);
  });
});
