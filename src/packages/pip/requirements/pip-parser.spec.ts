import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { generatedLines } from './__fixtures__/generated-lines.js';
import { readHere, readWithPip, type Reading } from './__fixtures__/pip-parser.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = 'ab'.repeat(32);
const REAL_LINES = readFileSync(join(import.meta.dirname, '__fixtures__/real-lines.txt'), 'utf8');

/** Refused by pip and here. */
const REFUSED_BY_BOTH = [
  ...['a=1', '==1', 'a b', "'a'==1", '"a"', 'a==1 b==2', '_a==1', 'a-==1', 'a[==1', 'a[x==1', 'a[x y]==1', 'a[,]==1'],
  ...['a==1; python', 'a==1; python_version', 'a==1; python_version <', 'a==1; python_version < 3', 'a==1; "3" python_version'],
  ...['a==1; (python_version < "3"', 'a==1; python_version < "3")', 'a==1; python_version < "3" and', 'a==1; os_name ="x"'],
  ...['a==1; python_version < "3" xor os_name == "x"', 'a==1; python_version not "3"', "a==1; os_name == 'x", 'a==1; nope == "1"'],
  ...['--hash', '--unknown', '-x', '--index-url', 'a==1 --hash', 'a==1 --hash=sha256', 'a==1 --nope', '-r', '--pre=1', '-e'],
  ...['@ https://host/a.zip', 'a @ ', 'a @', 'a==1 @ https://host/a.zip', 'ä==1'],
];

type Row = [text: string, here: Partial<ReturnType<typeof only>> | 'refused', pip: string];

/** What is read differently on purpose: the text, what it is here, what pip makes of it. */
const DIFFERENCES: Row[] = [
  ['--hash=sha256:' + SHA256 + ' a==1', { name: 'a', hashes: [`sha256:${SHA256}`] }, 'ignores requirements behind options'],
  ['a==1\t--hash=sha256:' + SHA256, { name: 'a', hashes: [`sha256:${SHA256}`] }, 'separates options by blanks only'],
  ['a==1 --pre', { name: 'a', specifiers: ['==1'] }, 'ignores global options behind a requirement'],
  [`a==1 --hash=SHA256:${SHA256.toUpperCase()}`, { hashes: [`sha256:${SHA256}`] }, 'takes lower case only'],
  [`a==1 --hash=md5:${'ab'.repeat(16)}`, { hashes: [`md5:${'ab'.repeat(16)}`] }, 'takes SHA-256 and longer ones only'],
  ['a==1 --hash=sha256:nothing', 'refused', 'finds out when it compares'],
  [`--hash=sha256:${SHA256}`, 'refused', 'ignores hashes without requirement'],
  ['-rbase.txt', 'refused', 'takes values without blank'],
  ['--requirem base.txt', 'refused', 'takes the beginnings of options'],
  ['--trusted-host "a b"', 'refused', 'unquotes'],
  ['--editable=./lib', 'refused', 'takes the requirement for a value'],
  ['-e ./lib -e sub/dir', 'refused', 'takes the first'],
  [`a @ https://host/a.zip#egg=b`, { name: 'b' }, 'takes the first name'],
  [`-e git+https://host/a@${COMMIT}#egg=a; python_version < "3"`, { marker: 'python_version < "3"' }, 'takes it for a part of the name'],
  ['https://host/a.zip', 'refused', 'finds out the name when it builds'],
  ['a @ https://host/a/../b.zip', 'refused', 'leaves it to the server'],
  ['a @ https://host/a;b.zip', { address: 'https://host/a;b.zip' }, 'takes it for a marker'],
  ['a @ https://${USER}:${TOKEN}@host/a.zip', { address: 'https://host/a.zip' }, 'takes the values from the environment'],
  ['file:///tmp', 'refused', 'installs it'],
  ['./lib[X]', { extras: ['X'] }, 'turns it to lower case'],
  ['sub/nothing', { path: 'sub/nothing' }, 'takes it for a malformed name'],
  ['\\a==1 \\', 'refused', 'drops backslashes in front, too'],
];

/** The same, where versions of pip differ from each other. */
const VERSION_DEPENDENT: Row[] = [
  ['a[x__y]==1', { extras: ['x__y'] }, 'normalises it, each one in its way'],
  [`a==1 --global-option=x --hash=sha256:${SHA256}`, 'refused', 'passes options to builds (older ones)'],
  [`https://host/a.zip#egg=a[x]`, { name: 'a', extras: ['x'] }, 'newer ones refuse extras there'],
  [`git+https://host/a@${COMMIT}#egg=a==1.0`, { name: 'a', specifiers: [] }, 'takes or refuses a version there'],
  [`-e a @ git+https://host/a@${COMMIT}`, { name: 'a', editable: true }, 'older ones refuse it'],
  [`git+ssh://git@host/a@${COMMIT}#egg=a`, 'refused', 'can use ssh'],
  ['a @ file:lib', { name: 'a', path: 'lib' }, 'older ones refuse it'],
  ['a==1; (("3" > python_version or os_name == "x")) and extra == "y"', { marker: '("3" > python_version or os_name == "x") and extra == "y"' }, 'older ones lose the parentheses'],
  ['a==1; extra == "B_c"', { marker: 'extra == "B_c"' }, 'newer ones normalise it'],
  [`a==1; os_name == 'x"y'`, { marker: `os_name == 'x"y'` }, 'older ones print what they cannot read'],
  ['a==1.0,==1', { specifiers: ['==1.0'] }, 'keeps one of both'],
  ['a==nonsense', { specifiers: ['==nonsense'] }, 'newer ones refuse it'],
  ['a (===1.0)', { specifiers: ['===1.0'] }, 'older ones take the parenthesis for a part'],
  ['lib @ ./lib', 'refused', 'newer ones fail later'],
  ['a==', 'refused', 'older ones take it for a version'],
];

describe('the parser of requirements', () => {
  itWithTool('python3', 'reads 600 generated texts as pip does', async () => {
    expectSame(generatedLines(600), { refused: false });
  });

  itWithTool('python3', 'reads real requirements files as pip does', async () => {
    expectSame([REAL_LINES, ...REAL_LINES.split(/(?<!\\)\n/)], { refused: false });
  });

  itWithTool('python3', 'refuses what pip refuses', async () => {
    expectSame(REFUSED_BY_BOTH, { refused: true });
  });

  itWithTool('python3', 'is compared with what pip really does', async () => {
    const texts = DIFFERENCES.map(([text]) => text);
    const same = readWithPip(texts).flatMap((reading, at) => {
      const text = texts[at] ?? '';
      return JSON.stringify(comparable(reading)) === JSON.stringify(comparable(readHere(text))) ? [text] : [];
    });
    expect(same).toEqual([]);
  });

  it.each([...DIFFERENCES, ...VERSION_DEPENDENT])('reads %j on purpose as %j, where pip %s', (text, expected) => {
    const reading = readHere(text);
    if (expected === 'refused') expect(reading).toHaveProperty('refused');
    else expect(only(reading)).toMatchObject(expected);
  });
});

function expectSame(texts: readonly string[], { refused }: { refused: boolean }): void {
  const pip = readWithPip(texts);
  const here = texts.map((text) => ({ text, ...comparable(readHere(text)) }));
  expect(here).toEqual(texts.map((text, at) => ({ text, ...comparable(pip[at]) })));
  expect(here.filter((each) => 'refused' in each).length).toBe(refused ? texts.length : 0);
}

/** Messages differ. */
function comparable(reading: Reading | undefined): object {
  return reading === undefined || 'refused' in reading ? { refused: true } : reading;
}

function only(reading: Reading) {
  if ('refused' in reading) throw new Error(reading.refused);
  return { options: reading.options, ...reading.requirements[0] };
}
