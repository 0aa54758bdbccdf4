import { describe, expect, it } from '@jest/globals';
import { InvalidFileFormat } from '../../../errors/index.js';
import { GoSums } from './go-sum-file.js';

const QUOTE_ZIP = 'h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=';
const QUOTE_MOD = 'h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=';
const QUOTE_ZIP_HEX = Buffer.from(QUOTE_ZIP.slice(3), 'base64').toString('hex');
const QUOTE_MOD_HEX = Buffer.from(QUOTE_MOD.slice(3), 'base64').toString('hex');
const OTHER = 'h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
const EMPTY_GO_MOD = 'h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=';

function sumsOf(...texts: string[]): GoSums {
  const sums = new GoSums();
  texts.forEach((text) => sums.add(text, 'go.sum'));
  return sums;
}

describe('go.sum files', () => {
  it('give the digests of zips and go.mod files', () => {
    const sums = sumsOf(`rsc.io/quote v1.5.2 ${QUOTE_ZIP}\nrsc.io/quote v1.5.2/go.mod ${QUOTE_MOD}\n`);
    expect(sums.zip('rsc.io/quote', 'v1.5.2')).toBe(QUOTE_ZIP_HEX);
    expect(sums.mod('rsc.io/quote', 'v1.5.2')).toBe(QUOTE_MOD_HEX);
    expect(QUOTE_ZIP_HEX).toMatch(/^[0-9a-f]{64}$/);
    expect([sums.zip('rsc.io/quote', 'v1.5.1'), sums.mod('rsc.io/Quote', 'v1.5.2')]).toEqual([undefined, undefined]);
    expect([...sums.zips()]).toEqual([{ path: 'rsc.io/quote', version: 'v1.5.2' }]);
    expect([...sums.mods()]).toEqual([{ path: 'rsc.io/quote', version: 'v1.5.2' }]);
  });

  it.each([
    ['nothing', ''],
    ['blank lines', '\n\r\n \t\n'],
    ['a digest of another kind', `rsc.io/quote v1.5.2 h2:whatever`],
    ['the digest of what was no go.mod', `rsc.io/quote v1.5.2/go.mod ${EMPTY_GO_MOD}`],
  ])('with %s give none', (_name, text) => {
    const sums = sumsOf(text);
    expect([[...sums.zips()], [...sums.mods()]]).toEqual([[], []]);
  });

  it('may have carriage returns, tabs and no last line feed', () => {
    expect(sumsOf(`  rsc.io/quote\tv1.5.2   ${QUOTE_ZIP}\r`).zip('rsc.io/quote', 'v1.5.2')).toBe(QUOTE_ZIP_HEX);
  });

  it('count together, the first digest first', () => {
    const sums = sumsOf(
      `rsc.io/quote v1.5.2 h2:x\nrsc.io/quote v1.5.2 ${QUOTE_ZIP}\nrsc.io/quote v1.5.2 ${OTHER}`,
      `rsc.io/quote v1.5.2 ${OTHER}\nrsc.io/sampler v1.3.0 ${OTHER}`,
    );
    expect(sums.zip('rsc.io/quote', 'v1.5.2')).toBe(QUOTE_ZIP_HEX);
    expect([...sums.zips()].map(({ path }) => path)).toEqual(['rsc.io/quote', 'rsc.io/sampler']);
  });

  // prettier-ignore
  it.each([
    '../../etc', 'kite', 'example.org/../../x', '__proto__', 'constructor', 'example.org/a\0', 'example.org/a%2f..', '-x.org/a',
    'Example.org/a', 'example.org/\ufffd', 'https://example.org/a',
  ])('do not name the path %j as one to fetch', (path) => {
    expect([...sumsOf(`${path} v1.0.0 ${OTHER}`).zips()]).toEqual([]);
  });

  it.each(['master', 'v1', '../v1.0.0', 'v1.0.0/../..', 'v1.0.0/go.mod/go.mod', '/go.mod', 'v1.0.0\0', '__proto__', 'latest'])(
    'do not name the version %j as one to fetch',
    (version) => {
      const sums = sumsOf(`example.org/a ${version} ${OTHER}`);
      expect([...sums.zips(), ...sums.mods()]).toEqual([]);
    },
  );

  it('name the line that is to blame', () => {
    const text = `rsc.io/quote v1.5.2 ${QUOTE_ZIP}\n\n<<<<<<< HEAD\n`;
    expect(() => sumsOf(text)).toThrow(new InvalidFileFormat('go.sum:3: there must be three words, not 2.'));
  });
});
