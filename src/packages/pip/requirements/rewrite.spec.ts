import { describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import type { Template } from '../../package-manager.js';
import { readHere, readWithPip } from './__fixtures__/pip-parser.js';
import { read } from './__fixtures__/read.js';
import type { RequirementsRules } from './read-requirements.js';
import { type AddressOf, rewriteRequirements } from './rewrite.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = 'ab'.repeat(32);
const HASH = `--hash=sha256:${SHA256}`;
const RAW = { fill: 'registry-url-with-credentials', repository: 'raw' } as const;

const addressOf: AddressOf = ({ kind, name }) => [RAW, `${kind}/${name}`];

/** With the placeholder as `RAW/`. */
function text(template: Template | undefined): string | undefined {
  return template?.map((part) => (typeof part === 'string' ? part : part === RAW ? 'RAW/' : '?')).join('');
}

/** What it is, the text, the rewritten text, rules. */
const REWRITTEN: [string, string, string | undefined, Partial<RequirementsRules>?][] = [
  ['nothing', '', undefined],
  ['releases', `a==1 ${HASH}\n--require-hashes # x`, undefined],
  ['directories and included files', '-e .\n-r b.txt\n-c b.txt', undefined],
  ['an editable repository', `-e git+https://me:pw@h.dev/t/eel.git@${COMMIT}#egg=eel`, 'eel @ RAW/vcs/eel#egg=eel'],
  ['a repository', `eel @ git+https://h.dev/eel@${COMMIT}`, 'eel @ RAW/vcs/eel'],
  ['marker, extras and fragment', `Eel_X[b,a] @ git+https://h.dev/eel@${COMMIT}#subdirectory=a%2Fb&x=%41 ; python_version<'3'`, 'Eel_X[a,b] @ RAW/vcs/Eel_X#subdirectory=a/b&x=A ; python_version < "3"'],
  ['extras and version of an egg', `git+https://h.dev/eel@${COMMIT}#subdirectory=s&egg=eel[x]==1`, 'eel[x] @ RAW/vcs/eel#subdirectory=s&egg=eel'],
  ['a file', `kite @ https://u:p@h.dev/k.zip?t=1#cachito_hash=sha256%3A${SHA256}`, `kite @ RAW/url/kite#cachito_hash=sha256:${SHA256}`],
  ['a file with --hash', `kite @ https://h.dev/k.zip ${HASH.toUpperCase().replace('--HASH', '--hash')}`, `kite @ RAW/url/kite ${HASH}`],
  ['what a fragment must not bring in', `kite @ https://h.dev/k.zip#sha256=${SHA256}&x=%0A-i%20evil%20%23%26%24%7BHOME%7D%5C;%C3%A4`, `kite @ RAW/url/kite#sha256=${SHA256}&x=%0A-i%20evil%20%23%26%24%7BHOME%7D%5C%3B%C3%A4`],
  [
    'a whole file',
    `# top\n--require-hashes --pre\nStorm [z, y] (== 1.0) ; os_name=='x' \\\n  ${HASH} # why\n\n--trusted-host=h.dev\nkite @ https://h.dev/k.zip ${HASH}\n`,
    `--require-hashes --pre --trusted-host=h.dev\nStorm[y,z]==1.0; os_name == "x" ${HASH}\nkite @ RAW/url/kite ${HASH}`,
  ],
  [
    'what stays as it is',
    `-r b.txt\n./lib[x] ; os_name == "x"\n-e  ./lib\nkite @ https://h.dev/k.zip#sha256=${SHA256}\n-c b.txt`,
    `-r b.txt\n./lib[x] ; os_name == "x"\n-e ./lib\nkite @ RAW/url/kite#sha256=${SHA256}\n-c b.txt`,
  ],
  ['the configured index', '--pre -i https://pypi.org/simple\na==1', '--pre\na==1'],
  ['the configured index alone', '--index-url=https://pypi.org/simple/', ''],
  ['included files that are not followed', `-r x.txt --pre\nkite @ https://h.dev/k.zip#sha256=${SHA256}`, `--pre\n-r x.txt\nkite @ RAW/url/kite#sha256=${SHA256}`, { strictCompat: true }],
];

/** With an address of the registry, and files to include that are there. */
function asPipSeesIt(rewritten: string): string {
  return rewritten
    .replaceAll('RAW/', 'https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-raw-7/')
    .replace(/[bx]\.txt/g, 'base.txt');
}

describe('a rewritten requirements file', () => {
  it.each(REWRITTEN)('of %s', async (...[, content, expected, rules]) => {
    const { files } = await read({ 'r.txt': content, 'b.txt': '', 'lib/setup.py': '' }, rules);
    const [file] = files;
    expect(file && text(rewriteRequirements(file, addressOf))).toBe(expected);
  });

  itWithTool('python3', 'is read by pip as it is meant', async () => {
    const texts = REWRITTEN.flatMap(([, , rewritten]) => (rewritten === undefined ? [] : [asPipSeesIt(rewritten)]));
    const expected = texts.map((each) => ({ each, ...readHere(each) }));
    expect(readWithPip(texts).map((reading, at) => ({ each: texts[at], ...reading }))).toEqual(expected);
    expect(expected.filter((each) => 'refused' in each)).toEqual([]);
  });

  it('of constraints, where requirements take nothing from it or an address', async () => {
    const constraints = `b>1\n-e git+https://me:pw@h.dev/x@main#egg=x\neel @ git+https://h.dev/eel@${COMMIT}`;
    const { files } = await read({ 'r.txt': 'eel\n-c c.txt', 'c.txt': constraints });
    expect(files.map((file) => text(rewriteRequirements(file, addressOf)))).toEqual([undefined, 'b>1\neel @ RAW/vcs/eel']);
  });

  it('asks with the very requirements that are archived', async () => {
    const { files, requirements } = await read({ 'r.txt': `a==1\neel @ git+https://h.dev/eel@${COMMIT}` });
    const asked: unknown[] = [];
    files.forEach((file) => rewriteRequirements(file, (requirement) => [String(asked.push(requirement))]));
    expect(asked[0]).toBe(requirements[1]);
  });
});
