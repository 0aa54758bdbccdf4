import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import { read } from './__fixtures__/read.js';
import type { RequirementsRules } from './read-requirements.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = 'ab'.repeat(32);
const HASH = { algorithm: 'sha256', digest: SHA256 };
const EEL = `git+https://git.acme.dev/t/eel.git@${COMMIT}`;
const ZIP = 'https://files.acme.dev/x/kite-1.0.tar.gz';
type Rules = Partial<RequirementsRules>;

/** What it is, the text, what it comes to, rules. */
const ACCEPTED: [string, string, object, Rules?][] = [
  ['a release', 'Storm_Kit==1.2', { kind: 'index', name: 'Storm_Kit', operator: '==', version: '1.2', extras: [] }],
  ['a release by its very text', 'a===1.0-rc', { operator: '===', version: '1.0-rc' }],
  ['a version that is not canonical', 'a==1.0-1', { version: '1.0-1' }],
  ['a version that is none', 'a==2004b~x', { version: '2004b~x' }],
  ['any version of a series', 'a==1.*', { version: '1.*' }],
  ['clauses that say the same', 'a==1.0,==1', { version: '1.0' }],
  ['parentheses and blanks', 'a [ y , x ] ( == 1.0 )', { extras: ['x', 'y'], version: '1.0' }],
  ['a marker', "a==1;python_version<'3'", { marker: 'python_version < "3"' }],
  ['a colon in a marker', 'a==1; platform_version == "x:y"', { version: '1', marker: 'platform_version == "x:y"' }],
  ['a semicolon without marker', 'a==1 ;', { marker: undefined }],
  ['hashes', `a==1 --hash=sha256:${SHA256.toUpperCase()} --hash md5:${'0'.repeat(32)}`, { hashes: [HASH, { algorithm: 'md5', digest: '0'.repeat(32) }] }],
  ['a hash of an unknown algorithm', 'a==1 --hash=crc:ab', { hashes: [{ algorithm: 'crc', digest: 'ab' }] }],
  ['an option before a requirement', `--hash=sha256:${SHA256} a==1`, { hashes: [HASH] }],
  ['a continued line', 'a\\\n==\\\n1\\', { line: 1, version: '1' }],
  ['a requirement behind a comment that ends with a backslash', '# x \\\na==1', { line: 2, version: '1' }],
  ['a requirement before such a comment', 'a==1 \\\n  # x \\\n', { line: 1, version: '1' }],
  ['a comment behind', 'a==1 # x', { version: '1' }],
  ['old ends of lines', '\r\ra==1\r', { line: 3, version: '1' }],
  ['a byte order mark', '\ufeffa==1', { version: '1' }],
  ['a repository', `eel @ ${EEL}`, { kind: 'vcs', name: 'eel', url: 'https://git.acme.dev/t/eel.git', fetchUrl: 'https://git.acme.dev/t/eel.git', commit: COMMIT, fragment: [] }],
  ['a repository with a password', `eel @ git+https://me:pw@h.dev:8443/t/eel@${COMMIT.toUpperCase()}?x=1`, { url: 'https://h.dev:8443/t/eel', fetchUrl: 'https://me:pw@h.dev:8443/t/eel', commit: COMMIT }],
  ['a repository with a variable for a password', `eel @ git+https://\${T}@h.dev/t/eel@${COMMIT}`, { fetchUrl: 'https://h.dev/t/eel' }],
  ['an editable repository', `-e ${EEL}#egg=eel`, { kind: 'vcs', name: 'eel', fragment: [{ key: 'egg', value: 'eel' }] }],
  ['two names', `salmon[x] @ ${EEL}#egg=eel[y]&subdirectory=a%2Fb`, { name: 'eel', extras: ['x', 'y'], fragment: [{ key: 'egg', value: 'eel[y]' }, { key: 'subdirectory', value: 'a/b' }] }],
  ['a version behind an egg', `${EEL}#egg=eel==1.0`, { name: 'eel' }],
  ['git without transport', `git://h.dev/eel@${COMMIT}#egg=eel`, { url: 'git://h.dev/eel' }],
  ['a scheme in capitals', `eel @ GIT+HTTPS://h.dev/eel@${COMMIT}`, { url: 'https://h.dev/eel' }],
  ['a marker behind an address', `eel @ ${EEL} ; python_version<"3"`, { marker: 'python_version < "3"' }],
  ['a marker with one blank', `eel @ ${EEL}; python_version<"3"`, { marker: 'python_version < "3"', commit: COMMIT }],
  ['a file', `kite @ ${ZIP} --hash=sha256:${SHA256}`, { kind: 'url', url: ZIP, fetchUrl: ZIP, extension: '.tar.gz', hash: HASH, hashes: [HASH], trusted: false }],
  ['cachito_hash', `kite @ ${ZIP}#cachito_hash=sha256%3A${SHA256}`, { url: `${ZIP}#cachito_hash=sha256%3A${SHA256}`, hash: HASH, hashes: [] }],
  ['cachito_hash with a colon', `${ZIP}#egg=kite&cachito_hash=sha256:${SHA256}`, { name: 'kite', hash: HASH }],
  ['the standard fragment', `kite @ ${ZIP}#sha256=${SHA256}`, { hash: HASH, hashes: [] }],
  ['the same hash twice, as pip-compile writes it', `kite @ ${ZIP}#sha256=${SHA256} --hash=sha256:${SHA256}`, { hash: HASH }],
  ['a file with user and query', `kite @ https://u:p@h.dev/k.zip?t=1#sha256=${SHA256}`, { url: `https://h.dev/k.zip?t=1#sha256=${SHA256}`, fetchUrl: 'https://h.dev/k.zip?t=1', extension: '.zip' }],
  ...['.zip', '.tar.gz', '.tar.bz2', '.tar.xz', '.tar.Z', '.tar'].map((extension): [string, string, object] => [extension, `k @ https://h.dev/k${extension}#sha256=${SHA256}`, { extension }]),
  ['a wheel where they are wanted', `k @ https://h.dev/k-1-py3-none-any.whl#sha256=${SHA256}`, { extension: '.whl' }, { wheels: true }],
  ['a trusted host', `--trusted-host H.dev\nk @ https://h.dev:8443/k.zip#sha256=${SHA256}`, { trusted: true }],
  ['a trusted host and port', `--trusted-host=h.dev:443\nk @ https://h.dev:443/k.zip#sha256=${SHA256}`, { trusted: true }],
  ['a trusted host with a port that is not written', `--trusted-host h.dev:443\nk @ https://h.dev/k.zip#sha256=${SHA256}`, { trusted: false }],
  ['another trusted host', `--trusted-host dev\nk @ https://h.dev/k.zip#sha256=${SHA256}`, { trusted: false }],
  ['hashes in a file with addresses', `k @ https://h.dev/k.zip#sha256=${SHA256}\n--require-hashes`, { hash: HASH }],
  ['the package itself', '.', { kind: 'local', path: '.', name: '', editable: false }],
  ['the package itself, editable', '-e .[x]', { path: '.', extras: ['x'], editable: true }],
  ['a directory', './lib/[b,a] ; os_name=="x"', { path: 'lib', extras: ['a', 'b'], marker: 'os_name == "x"' }],
  ['a directory without dot', 'sub/dir', { path: 'sub/dir' }],
  ['a directory behind -e', '-e lib', { path: 'lib' }],
  ['a directory by address', 'thing @ file:l%69b', { path: 'lib', name: 'thing' }],
  ['a directory by address with egg', '-e file:./lib[x]#egg=thing', { path: 'lib', name: 'thing', extras: ['x'] }],
  ['a directory relative to the package', '../lib', { path: 'lib' }, { packageRoot: 'sub' }],
  ['the configured index', '-i https://pypi.org/simple\na==1', { version: '1' }],
  ['options that change nothing', '--no-binary :all: --pre\n--prefer-binary\n--use-feature=x\na==1', { version: '1', line: 4 }],
  ['an option behind a requirement', `a==1 --hash=sha256:${SHA256} --require-hashes`, { version: '1' }],
];

/** What it is, the text, a part of the message, rules. */
const REFUSED: [string, string, string, Rules?][] = [
  ['no pin', 'a', '"a" does not pin one version. Write a==<version>'],
  ['a range', 'a>=1', '"a>=1" does not pin'],
  ['two clauses', 'a==1,<2', '"a==1,<2" does not pin'],
  ['a compatible release', 'a~=1.0', 'does not pin'],
  ['two versions', 'a==1,==2', 'does not pin'],
  ['one equals sign', 'a=1', '"a=1" is not a requirement'],
  ['two requirements', 'a==1 b==2', 'is not a requirement'],
  ['a quoted name', "'a'==1", 'is not a requirement'],
  ['a marker that is none', 'a==1; pytohn_version < "3"', 'The marker "pytohn_version < \\"3\\"" is not understood at "pytohn_version"'],
  ['a marker without end', 'a==1; (os_name == "x"', 'is not understood at its end'],
  ['a marker of very many parentheses', `a==1; ${'('.repeat(5000)}`, 'is not understood'],
  ['an unknown option', '--config-settings=x=y', 'The option "--config-settings" cannot be used here'],
  ['a global option for builds', 'a==1 --global-option=x', 'The option "--global-option"'],
  ['a glued value', '-rfile', 'The option "-r" cannot be used here. Write a blank'],
  ['a glued address', '-ihttps://u:secret@h', 'The option "-i" cannot'],
  ['a missing value', '--index-url', 'The option --index-url needs a value'],
  ['an empty value', 'a==1 --hash=', 'The option --hash needs a value'],
  ['an option for a value', '-r --pre', 'The option -r needs a value'],
  ['a value too much', '--pre=1', 'The option --pre takes no value'],
  ['-e without requirement', '-e', 'The line has --editable, but no requirement'],
  ['--hash without requirement', `--hash=sha256:${SHA256}`, 'The line has --hash, but no requirement'],
  ['-e twice', '-e . -e lib', 'The line has -e twice'],
  ['refused options, all of them', '-f x\n--no-index --only-binary=:all: -i https://u:secret@pypi.org/simple --extra-index-url=y', 'requirements.txt:1: Options that are not allowed: --find-links, --no-index, --only-binary, --index-url, --extra-index-url.'],
  ['another index', '-i https://pypi.org/simpler', '--index-url may name "https://pypi.org/simple/" only'],
  ['the configured index, strictly', '-i https://pypi.org/simple', 'not allowed: --index-url', { strictCompat: true }],
  ['a hash without algorithm', 'a==1 --hash=abcd', '"abcd" is not a hash'],
  ['an empty digest', 'a==1 --hash=sha256:', '"sha256:" is not a hash'],
  ['an algorithm with a path', 'a==1 --hash=../x:ab', 'is not a hash'],
  ['a short digest', 'a==1 --hash=sha256:abcd', '"abcd" is not a digest of sha256, which has 64'],
  ['a digest with a path', `a==1 --hash=sha256:../../${SHA256.slice(6)}`, 'is not a digest'],
  ['a missing hash', `a==1\nb==1 --hash=sha256:${SHA256}`, 'requirements.txt:1: a has no hash'],
  ['a hash that is required', '--require-hashes\na==1', ':2: a has no hash'],
  ['a repository without hash', `eel @ ${EEL}\nb==1 --hash=sha256:${SHA256}`, 'eel has no hash'],
  ['a directory where hashes are required', `.\nb==1 --hash=sha256:${SHA256}`, 'A directory has no hash'],
  ['a short commit', 'eel @ git+https://h.dev/eel@abcdef0', 'does not name a commit'],
  ['a branch', 'eel @ git+https://h.dev/eel@main', 'does not name a commit'],
  ['no ref', 'eel @ git+https://h.dev/eel', 'does not name a commit'],
  ['a commit in the host', `eel @ git+https://h.dev@${COMMIT}/eel`, 'does not name a commit'],
  ['a commit in the fragment', `eel @ git+https://h.dev/eel#@${COMMIT}`, 'does not name a commit'],
  ['a commit in the query', `eel @ git+https://h.dev/eel?@${COMMIT}`, 'does not name a commit'],
  ['a commit without repository', `eel @ git+https://h.dev/@${COMMIT}`, 'does not name a commit'],
  ['Subversion', `eel @ svn+https://h.dev/eel@${COMMIT}`, 'Only git repositories'],
  ['Mercurial', `eel @ hg+http://h.dev/eel@${COMMIT}`, 'Only git repositories'],
  ['git by ssh', `eel @ git+ssh://git@h.dev/eel@${COMMIT}`, 'begins no address that can be used'],
  ['git by ftp', `eel @ git+ftp://h.dev/eel@${COMMIT}`, 'ftp server'],
  ['ftp', `k @ ftp://h.dev/k.zip#sha256=${SHA256}`, 'ftp server'],
  ['two names in front', `a @ b @ https://h.dev/k.zip#sha256=${SHA256}`, '"a @ b @ https:..." begins no address'],
  ['two addresses', `k @ https://h.dev/k.zip https://h.dev/k.zip`, 'Write one requirement on a line'],
  ['no name', `https://h.dev/k.zip#sha256=${SHA256}`, 'has no name'],
  ['no name, but an empty egg', `https://h.dev/k.zip#egg=&sha256=${SHA256}`, 'has no name'],
  ['an egg with a path', `https://h.dev/k.zip#egg=../x&sha256=${SHA256}`, 'is not a requirement'],
  ['two eggs', `https://h.dev/k.zip#egg=a&egg=b&sha256=${SHA256}`, '"egg" more than once'],
  ['a version before an address', `a==1 @ https://h.dev/k.zip`, 'a version before "@"'],
  ['no hash of a file', `k @ ${ZIP}`, 'exactly one hash, not 0'],
  ['two hashes of a file', `k @ ${ZIP} --hash=sha256:${SHA256} --hash=sha256:${SHA256}`, 'exactly one hash, not 2'],
  ['both kinds of hashes', `k @ ${ZIP}#cachito_hash=sha256:${SHA256} --hash=sha256:${SHA256}`, 'exactly one hash, not 2'],
  ['contradicting hashes', `k @ ${ZIP}#sha256=${'0'.repeat(64)} --hash=sha256:${SHA256}`, 'exactly one hash, not 2'],
  ['a short digest in a fragment', `k @ ${ZIP}#cachito_hash=sha256:ab`, 'is not a digest of sha256'],
  ['another extension', `k @ https://h.dev/k.tgz#sha256=${SHA256}`, 'must end with one of .tar.gz'],
  ['an extension in the host', `k @ https://h.zip#sha256=${SHA256}`, 'must end with one of'],
  ['an extension in the query', `k @ https://h.dev/k?f=k.zip#sha256=${SHA256}`, 'must end with one of'],
  ['a wheel', `k @ https://h.dev/k-1-py3-none-any.whl#sha256=${SHA256}`, 'must end with one of'],
  ['a path that climbs', `k @ https://h.dev/a/../k.zip#sha256=${SHA256}`, '"..", or control characters'],
  ['a path that climbs, encoded', `k @ https://h.dev/a/%2e%2E/k.zip#sha256=${SHA256}`, '"..", or control characters'],
  ['a path that climbs behind an encoded slash', `k @ https://h.dev/a%2f..%2fk.zip#sha256=${SHA256}`, '"..", or control characters'],
  ['an encoded NUL', `k @ https://h.dev/a%00k.zip#sha256=${SHA256}`, 'control characters'],
  ['a backslash', `k @ https://h.dev\\@evil.dev/k.zip#sha256=${SHA256}`, 'no valid host'],
  ['a backslash in a path', `k @ https://h.dev/a\\b/k.zip#sha256=${SHA256}`, 'characters that addresses do not have'],
  ['a marker without blank', `k @ ${ZIP}#sha256=${SHA256};python_version<"3"`, 'a blank before the ";"'],
  ['dots for a host', `eel @ git+https://../eel@${COMMIT}`, 'no valid host'],
  ['no host', `eel @ git+https:///eel@${COMMIT}`, 'no valid host'],
  ['a port too large', `eel @ git+https://h.dev:99999/eel@${COMMIT}`, 'no valid host'],
  ['no slashes', `eel @ git+https:h.dev/eel@${COMMIT}`, 'malformed'],
  ['letters outside of ASCII', `k @ https://h.dev/ä.zip#sha256=${SHA256}`, 'malformed'],
  ['an endless address', `k @ https://h.dev/${'a'.repeat(4000)}.zip`, 'malformed or too long'],
  ['control characters', 'a==1\u0007', 'control characters'],
  ['a long name', `${'a'.repeat(201)} @ ${EEL}`, 'is longer than 200 characters'],
  ['a long egg', `${EEL}#egg=${'a'.repeat(201)}`, 'is longer than 200 characters'],
  ['a long name of a directory', `file:lib#egg=${'a'.repeat(201)}`, 'is longer than 200 characters'],
  ['a long path', `./${'a'.repeat(1000)}`, 'is not a relative path'],
  ['bytes that are no text', '\udc80', ''],
  ['a local path, strictly', './lib', 'Local paths are not allowed', { strictCompat: true }],
  ['a local address, strictly', 'a @ file:lib', 'Local paths are not allowed', { strictCompat: true }],
  ['a path out of the repository', '../lib', 'leads out of the repository'],
  ['a path that climbs twice', './lib/../../x', 'leads out of the repository'],
  ['an encoded path out of the repository', 'file:%2e%2e/x', 'leads out of the repository'],
  ['an absolute path', '/etc', 'is absolute'],
  ['an absolute address', 'a @ file:///etc', 'is absolute'],
  ['an address of another host', 'file://host/x', 'is absolute'],
  ['a password for another host', 'file://user:secret@host/x', '"//host/x" is absolute'],
  ['a password for another host in a path', '-r //user:secret@host/x', '"//host/x" is absolute'],
  ['a directory that is not there', './nowhere', '"nowhere" is not a directory of the repository'],
  ['an archive of the repository', './lib/kite.zip', 'is not a directory of the repository'],
  ['a name with an address of Windows', 'C:\\x', 'begins no address'],
];

const OTHERS = { 'lib/kite.zip': '', 'sub/dir/setup.py': '' };

describe('a requirement', () => {
  it.each(ACCEPTED)('is %s: %j', async (...[, text, expected, rules]) => {
    const { requirements } = await read({ 'requirements.txt': text, ...OTHERS }, rules);
    expect(requirements).toEqual([expect.objectContaining({ file: 'requirements.txt', constraintOnly: false, ...expected })]);
  });

  it.each(REFUSED)('is refused with %s', async (...[, text, message, rules]) => {
    const content = text === '\udc80' ? Buffer.from([0x61, 0xff]) : text;
    const error: unknown = await read({ 'requirements.txt': content, ...OTHERS }, rules).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toHaveProperty('message', expect.stringContaining(message));
    expect(error).toHaveProperty('message', expect.stringMatching(/^requirements\.txt[: ][\x20-\x7e…→]{1,700}$/));
    expect(error).not.toHaveProperty('message', expect.stringContaining('secret'));
  });
});
