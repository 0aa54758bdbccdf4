import { describe, expect, it } from '@jest/globals';
import { FileAccessError, ValidationError } from '../../../errors/index.js';
import { type Logged, read } from './__fixtures__/read.js';
import type { RequirementsRules } from './read-requirements.js';
import type { Requirement } from './requirement.js';

const SHA256 = 'ab'.repeat(32);
const HASH = `--hash=sha256:${SHA256}`;
const EEL = `eel @ git+https://h.dev/eel@${'0'.repeat(40)}`;
const KITE = `kite @ https://h.dev/kite.zip#sha256=${SHA256}`;

type Rules = Partial<RequirementsRules> & { read?: string[] };

/** `a==1 r.txt:2`, with `(c)` when only constraints name it and `#` when it has hashes. */
function short(requirement: Requirement): string {
  const { kind, name, file, line, constraintOnly, hashes, extras } = requirement;
  const what = kind === 'index' ? `==${requirement.version}` : kind === 'local' ? requirement.path : ` ${kind}`;
  const brackets = extras.length > 0 ? `[${extras.join()}]` : '';
  return `${name}${brackets}${what} ${file}:${line}${constraintOnly ? ' (c)' : ''}${hashes.length > 0 ? ' #' : ''}`;
}

/** What it is, the files (the first is read), what they come to, rules. */
const READ: [string, Record<string, string>, string[], Rules?][] = [
  ['no requirements', { 'r.txt': '\n# nothing\n' }, []],
  ['no files', { 'r.txt': 'a==1' }, [], { read: [] }],
  ['an included file, where it stands', { 'r.txt': 'a==1\n-r x/b.txt\nc==1', 'x/b.txt': 'b==1\n' }, ['a==1 r.txt:1', 'b==1 x/b.txt:1', 'c==1 r.txt:3']],
  ['a file that includes one above it', { 'x/r.txt': '--requirement=../b.txt', 'b.txt': '-r x/c.txt', 'x/c.txt': 'c==1' }, ['c==1 x/c.txt:1']],
  ['a file that two include, once', { 'r.txt': '-r b.txt\n-r c.txt', 'b.txt': '-r d.txt', 'c.txt': '-r d.txt', 'd.txt': 'd==1' }, ['d==1 d.txt:1']],
  ['several files, each line once', { 'r.txt': 'a==1', 's.txt': '-r r.txt\nb==1' }, ['a==1 r.txt:1', 'b==1 s.txt:2'], { read: ['r.txt', 's.txt', 'r.txt'] }],
  ['equal lines of several files', { 'r.txt': 'a==1', 's.txt': 'a==1' }, ['a==1 r.txt:1', 'a==1 s.txt:1'], { read: ['r.txt', 's.txt'] }],
  ['-r behind a requirement, which pip ignores', { 'r.txt': 'a==1 -r b.txt' }, ['a==1 r.txt:1']],
  ['a pin of a constraint', { 'r.txt': 'A_b[x]\n-c c.txt', 'c.txt': 'a-B==1' }, ['A_b[x]==1 r.txt:1']],
  ['a pin of a constraint that fits a range', { 'r.txt': 'a>=1,<2\n-c c.txt', 'c.txt': 'a==1.5rc1' }, ['a==1.5rc1 r.txt:1']],
  ['a pin of a constraint that fits a series', { 'r.txt': 'a==1.*\n-c c.txt', 'c.txt': 'a==1.5' }, ['a==1.5 r.txt:1']],
  ['a pin and hashes of a constraint', { 'r.txt': 'a\n-c c.txt', 'c.txt': `a==1 ${HASH}` }, ['a==1 r.txt:1 #']],
  ['hashes of a constraint', { 'r.txt': 'a==1\n-c c.txt', 'c.txt': `a==1.0 ${HASH}` }, ['a==1 r.txt:1 #']],
  ['own hashes before those of a constraint', { 'r.txt': `a ${HASH}\n-c c.txt`, 'c.txt': 'a==1' }, ['a==1 r.txt:1 #']],
  ['pins for several environments', { 'r.txt': 'a\n-c c.txt', 'c.txt': 'a==1; python_version<"3"\na==2; python_version>="3"' }, ['a==1 r.txt:1', 'a==2 r.txt:1']],
  ['a pin for another environment', { 'r.txt': 'a==2\n-c c.txt', 'c.txt': 'a==1; python_version<"3"' }, ['a==2 r.txt:1', 'a==1 c.txt:1 (c)']],
  ['constraints that nobody names', { 'r.txt': '-c c.txt\na==1', 'c.txt': 'b==1\na==1' }, ['a==1 r.txt:2', 'b==1 c.txt:1 (c)']],
  ['constraints that nobody names need no hash', { 'r.txt': `-c c.txt\na==1 ${HASH}`, 'c.txt': 'b==1' }, ['a==1 r.txt:2 #', 'b==1 c.txt:1 (c)']],
  ['constraints that pin nothing', { 'r.txt': '-c c.txt\na==1', 'c.txt': 'a<2\nb>=1\nc==1.*\nd\n./d\n-e d\ne[x]==1\n-e git+https://h.dev/x#egg=x' }, ['a==1 r.txt:2']],
  ['an address of a constraint', { 'r.txt': 'eel\nkite\n-c c.txt', 'c.txt': `${EEL}\n${KITE}` }, ['eel vcs c.txt:1', 'kite url c.txt:2']],
  ['an address of a constraint that nobody names', { 'r.txt': '-c c.txt', 'c.txt': EEL }, ['eel vcs c.txt:1 (c)']],
  ['a pin beside an address', { 'r.txt': `${EEL}\n-c c.txt`, 'c.txt': 'eel==1' }, ['eel vcs r.txt:1']],
  ['constraints of one file and requirements of another', { 'r.txt': 'a==1\n-c c.txt', 'c.txt': 'b==1', 's.txt': 'b==1.0' }, ['a==1 r.txt:1', 'b==1.0 s.txt:1'], { read: ['r.txt', 's.txt'] }],
  ['requirements that constraints include', { 'r.txt': '-c c.txt', 'c.txt': '-r b.txt', 'b.txt': 'b==1' }, ['b==1 b.txt:1']],
  ['a file of both kinds', { 'r.txt': '-c b.txt\n-r b.txt', 'b.txt': `b==1\n${EEL}` }, ['b==1 b.txt:1', 'eel vcs b.txt:2']],
  ['hashes in one of several files', { 'r.txt': 'a==1', 's.txt': `b==1 ${HASH}` }, ['a==1 r.txt:1', 'b==1 s.txt:1 #'], { read: ['r.txt', 's.txt'] }],
  ['local paths of included files', { 'p/r.txt': '-r x/b.txt', 'p/x/b.txt': '-e ./lib', 'p/lib/setup.py': '' }, ['p/lib p/x/b.txt:1'], { packageRoot: 'p' }],
  ['-r and -c, strictly', { 'r.txt': '-r nowhere.txt -c https://h.dev/c.txt\na==1' }, ['a==1 r.txt:2'], { strictCompat: true }],
];

/** What it is, the files (the first is read), a part of the message, rules. */
const REFUSED: [string, Record<string, string>, string, Rules?][] = [
  ['an included file that is not there', { 'r.txt': '\n-r b.txt' }, 'r.txt:2: The repository has no file "b.txt"'],
  ['a constraints file that is not there', { 'x/r.txt': '-c c.txt' }, 'x/r.txt:1: The repository has no file "x/c.txt"'],
  ['an included file of another host', { 'r.txt': '-r https://u:secret@h.dev/r.txt' }, 'Put the file into the repository'],
  ['constraints by address', { 'r.txt': '-c file:c.txt' }, 'Put the file into the repository'],
  ['an included file outside', { 'r.txt': '-r ../r.txt' }, 'leads out of the repository'],
  ['an absolute path', { 'r.txt': '-r /etc/passwd' }, 'is absolute'],
  ['a short option with an equals sign', { 'r.txt': '-r=b.txt', 'b.txt': '' }, 'Write -r "b.txt"'],
  ['several in a line', { 'r.txt': '-r b.txt -c b.txt', 'b.txt': '' }, 'each in a line of its own'],
  ['a file that includes itself', { 'r.txt': '-r ./r.txt' }, 'include each other: "r.txt" → "r.txt"'],
  ['files that include each other', { 'r.txt': '-r b.txt', 'b.txt': '-c c.txt', 'c.txt': '-r r.txt' }, '"r.txt" → "b.txt" → "c.txt" → "r.txt"'],
  ['an error in an included file', { 'r.txt': '-r b.txt', 'b.txt': 'b' }, 'b.txt:1: "b" does not pin'],
  ['a hash that an included file requires', { 'r.txt': 'a==1\n-r b.txt', 'b.txt': `b==1 ${HASH}` }, 'r.txt:1: a has no hash'],
  ['a hash that an including file requires', { 'r.txt': '--require-hashes\n-r b.txt', 'b.txt': 'b==1' }, 'b.txt:1: b has no hash'],
  ['a hash that a constraint requires', { 'r.txt': 'a==1\n-c c.txt', 'c.txt': `b==1 ${HASH}` }, 'r.txt:1: a has no hash'],
  ['a pin against a constraint', { 'r.txt': 'a==1\n-c c.txt', 'c.txt': 'a==2' }, 'r.txt:1: a==1 contradicts the constraint a==2 of c.txt:1'],
  ['a range against a constraint', { 'r.txt': 'a<2\n-c c.txt', 'c.txt': 'a==2' }, 'a<2 contradicts'],
  ['a range whose constraints are for other environments', { 'r.txt': 'a<2\n-c c.txt', 'c.txt': 'a==2; os_name=="x"' }, '"a<2" does not pin'],
  ['constraints without pin', { 'r.txt': 'a\n-c c.txt', 'c.txt': 'a<2' }, '"a" does not pin'],
  ['constraints of another file', { 'r.txt': '-c c.txt', 's.txt': 'a', 'c.txt': 'a==1' }, 's.txt:1: "a" does not pin', { read: ['r.txt', 's.txt'] }],
  ['refused options in an included file', { 'r.txt': '-r b.txt', 'b.txt': '\n--no-index' }, 'b.txt:2: Options that are not allowed: --no-index'],
];

describe('requirements files', () => {
  it.each(READ)('with %s', async (...[, files, expected, rules]) => {
    const { requirements } = await read(files, rules);
    expect(requirements.map(short)).toEqual(expected);
  });

  it.each(REFUSED)('with %s are refused', async (...[, files, message, rules]) => {
    const error: unknown = await read(files, rules).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toHaveProperty('message', expect.stringContaining(message));
    expect(error).not.toHaveProperty('message', expect.stringContaining('secret'));
  });

  it('that are missing are an error of file access', async () => {
    await expect(read({}, { read: ['requirements.txt'] })).rejects.toThrow(
      new FileAccessError('The requirements file "requirements.txt" does not exist.'),
    );
  });

  it('are returned once each, included ones too', async () => {
    const { files } = await read({ 'r.txt': '-r b.txt\n-c b.txt\n-r c.txt', 'b.txt': '', 'c.txt': '-r b.txt' }, { read: ['r.txt', 'b.txt'] });
    expect(files.map(({ path }) => path)).toEqual(['r.txt', 'b.txt', 'c.txt']);
  });

  it('tell in the log what is ignored', async () => {
    const logged: Logged = [];
    await read({ 'r.txt': 'a==1 -r x\n--pre\n--pre --no-binary x\n-c c.txt', 'c.txt': 'b\n-e .' }, { logged });
    await read({ 'r.txt': '-r x' }, { logged, strictCompat: true });
    expect(logged).toEqual([
      'warn: r.txt:1: -r and -c are ignored behind a requirement, as by pip.',
      'info: r.txt: the options --pre, --no-binary change nothing here.',
      'info: c.txt:1: the constraint is ignored: it does not pin one version.',
      'info: c.txt:2: the constraint is ignored: pip takes only names with versions or addresses there.',
      'warn: r.txt:1: --requirement is ignored: the file that it names is not read.',
    ]);
  });

  it('have limits', async () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`${at}.txt`, `-r ${at + 1}.txt`]));
    await expect(read({ 'r.txt': 'x'.repeat(4 * 1024 * 1024 + 1) })).rejects.toThrow('larger than 4 MiB');
    await expect(read({ 'r.txt': '\n'.repeat(100_001) })).rejects.toThrow('more than 100000 lines');
    await expect(read({ 'r.txt': 'a==1 \\\n'.repeat(60_000) })).rejects.toThrow('longer than 262144 characters');
    await expect(read({ 'r.txt': `a==1; ${'os_name=="x" or '.repeat(600)}` })).rejects.toThrow('longer than 8192 characters');
    await expect(read({ 'r.txt': '--pre\n'.repeat(1001) })).rejects.toThrow('more than 1000 options');
    await expect(read({ 'r.txt': 'a==1\n'.repeat(10_001) })).rejects.toThrow('more than 10000 requirements');
    await expect(read({ 'r.txt': '-r 1.txt', ...many })).rejects.toThrow('More than 500 requirements files');
  });

  it('are no more than can be held, however often they include each other', async () => {
    const lines = Array.from({ length: 9000 }, (_, at) => `a${at}==1`).join('\n');
    const includers = Array.from({ length: 12 }, (_, at): [string, string] => [`${at}.txt`, '-r big.txt']);
    const files = { ...Object.fromEntries(includers), 'big.txt': lines };
    await expect(read(files, { read: includers.map(([name]) => name) })).rejects.toThrow('more than 100000 lines');
    const large = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`${at}.txt`, '#\n'.repeat(90_000) + `${'#'.repeat(200_000)}\n`.repeat(20)]));
    await expect(read(large, { read: Object.keys(large) })).rejects.toThrow('larger than 16 MiB');
  });
});
