import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachitoError } from '../../../errors/index.js';
import { generatedLines } from './__fixtures__/generated-lines.js';
import { read } from './__fixtures__/read.js';
import { rewriteRequirements } from './rewrite.js';

const KIBIBYTE = 1024;

const HOSTILE: [string, string][] = [
  ['blanks', ' '.repeat(250 * KIBIBYTE)],
  ['blanks and signs of comments', ' #'.repeat(120 * KIBIBYTE)],
  ['signs of comments', `x${'#'.repeat(250 * KIBIBYTE)}`],
  ['backslashes', '\\'.repeat(250 * KIBIBYTE)],
  ['backslashes on lines', '\\\n'.repeat(90_000)],
  ['dashes', '-'.repeat(250 * KIBIBYTE)],
  ['options', '--pre '.repeat(40 * KIBIBYTE)],
  ['hashes', `a==1 ${`--hash=sha256:${'ab'.repeat(32)} `.repeat(3000)}`],
  ['dots of a name', `a${'.'.repeat(250 * KIBIBYTE)}`],
  ['brackets', `a${'['.repeat(250 * KIBIBYTE)}`],
  ['brackets of a path', `./a${'[x]'.repeat(80 * KIBIBYTE)}`],
  ['extras', `a[${'x,'.repeat(100 * KIBIBYTE)}x]==1`],
  ['clauses', `a${'==1,'.repeat(60 * KIBIBYTE)}==1`],
  ['parentheses', `a==1;${'('.repeat(250 * KIBIBYTE)}`],
  ['markers', `a==1; os_name=="x"${' or os_name=="x"'.repeat(15 * KIBIBYTE)}`],
  ['quotes', `a==1;${'"'.repeat(250 * KIBIBYTE)}`],
  ['signs of addresses', `a @ https://${'@'.repeat(250 * KIBIBYTE)}`],
  ['colons', ':'.repeat(250 * KIBIBYTE)],
  ['semicolons', 'a ; '.repeat(60 * KIBIBYTE)],
  ['dots of a path', '../'.repeat(80 * KIBIBYTE)],
  ['slashes of an index', `-i https://pypi.org/${'/'.repeat(250 * KIBIBYTE)}`],
  ['entries of a fragment', `a @ https://h/a.zip#${'a&'.repeat(100 * KIBIBYTE)}`],
  ['names of every object', '__proto__==1\nconstructor==1\ntoString==1'],
  ['lines', 'a==1\n'.repeat(99_999)],
  ['lines that are read', 'a==1\n'.repeat(10_000)],
  ['addresses', `a @ https://h.dev/a.zip#sha256=${'ab'.repeat(32)}\n`.repeat(10_000)],
  ['distinct lines', Array.from({ length: 10_000 }, (_, at) => `a${at}==1; os_name == "x"\n`).join('')],
  ['kinds of ends of lines', '\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029'.repeat(9000)],
];

async function outcome(text: string | Buffer): Promise<unknown> {
  try {
    const { files } = await read({ 'r.txt': text, 'b.txt': '-r c.txt', 'c.txt': '', 'lib/setup.py': '' });
    for (const file of files) rewriteRequirements(file, () => ['x']);
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectHarmless(error: unknown): void {
  if (error === undefined) return;
  expect(error).toBeInstanceOf(CachitoError);
  expect(error).toHaveProperty('message', expect.stringMatching(/^[\x20-\x7e…→]{1,2000}$/));
}

describe('hostile requirements files', () => {
  it.each(HOSTILE)('with very many %s', async (_what, text) => {
    expectHarmless(await outcome(text));
  });

  it('of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => expectHarmless(await outcome(Buffer.from(bytes)))),
    );
  });

  it('of words that mean something, in any order', async () => {
    // prettier-ignore
    const words = fc.constantFrom(
      'a', '==', '1', '.*', ' ', '\n', '\\\n', '#', '-r b.txt', '-c b.txt', '-e', '-', '--hash=', 'sha256:', 'ab'.repeat(32), '0'.repeat(40), '@', ' @ ',
      'git+', 'https://', 'h.dev', '/', '.zip', 'egg=', '&', '%2e', '%0a', ';', ' ; ', 'os_name', '"x"', '(', ')', ' and ', '[', ']', ',', 'file:', './lib', '..',
      ':', '?', '\t', '\u00a0', '\0', '--pre', '-i', 'https://pypi.org/simple', '${X}', 'ä', '\u202e', '>=', 'not in ', '=', "'",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 30 }), async (parts) => expectHarmless(await outcome(parts.join('')))),
      { numRuns: 2000 },
    );
  });

  it('of good lines with one character changed', async () => {
    const lines = generatedLines(100);
    const change = fc.tuple(fc.constantFrom(...lines), fc.nat(), fc.string({ maxLength: 2, unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(change, async ([line, at, text]) => {
        const place = at % line.length;
        expectHarmless(await outcome(line.slice(0, place) + text + line.slice(place + 1)));
      }),
      { numRuns: 2000 },
    );
  });
});
