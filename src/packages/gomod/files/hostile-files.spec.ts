import { describe, expect, it } from '@jest/globals';
import { InvalidFileFormat } from '../../../errors/index.js';
import { moduleVersion } from '../modules/module-version.js';
import { parseGoMod } from './go-mod-file.js';
import { GoSums } from './go-sum-file.js';
import { parseGoWork } from './go-work-file.js';
import { parseModulesTxt } from './modules-txt.js';

const MEBIBYTE = 2 ** 20;
const DIGEST = `h1:${'A'.repeat(43)}=`;
/** As the service reads what is not UTF-8. */
const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0x6d, 0x00]).toString();

const readers = {
  'go.mod': (text: string) => parseGoMod(text, 'go.mod'),
  'go.work': (text: string) => parseGoWork(text, 'go.work'),
  'go.sum': (text: string) => {
    const sums = new GoSums();
    sums.add(text, 'go.sum');
    return [[...sums.zips()], [...sums.mods()]];
  },
  'modules.txt': (text: string) => parseModulesTxt(text, 'modules.txt'),
};

/** File, what it is, text, and how the message goes on behind the name of the file. */
const REFUSED: [keyof typeof readers, string, string, string][] = [
  ['go.mod', 'a byte order mark', '\ufeffmodule kite', ':1: the character "\\ufeff" may not stand here'],
  ['go.mod', 'UTF-16', Buffer.from('module kite', 'utf16le').toString(), ':1: the character "\\u0000" may not'],
  ['go.mod', 'what is not UTF-8', NOT_UTF8, ':1: the character "\\u0000" may not'],
  ['go.mod', 'only replaced characters', '\ufffd\ufffd kite', ':1: a line must begin with a directive'],
  ['go.mod', 'a NUL', 'module kite\0', ':1: the character "\\u0000" may not'],
  ['go.mod', 'an escape sequence', 'module kite\u001b[2J', ':1: the character "\\u001b" may not'],
  ['go.mod', 'a form feed', 'module\fkite', ':1: the character'],
  ['go.mod', 'a line separator', 'module\u2028kite', ':1: the character "\\u2028" may not'],
  ['go.mod', 'a text that turns around', 'module kite\u202e', ':1: the character "\\u202e" may not'],
  ['go.mod', 'half a character', 'module kite\ud800', ':1: the character "\\ud800" may not'],
  ['go.mod', 'a space that breaks no line', 'module\u00a0kite', ':1: the character'],
  ['go.mod', 'a block comment', 'module kite /* x */', ':1: comments must begin with //'],
  ['go.mod', 'a block comment inside a word', 'module ki/*te', ':1: comments must begin with //'],
  ['go.mod', 'a quote that does not end', 'module "kite', ':1: a quoted text does not end'],
  ['go.mod', 'a quote that ends on another line', 'module "ki\nte"', ':1: a quoted text does not end'],
  ['go.mod', 'a raw quote that does not end', 'module `kite', ':1: a quoted text does not end'],
  ['go.mod', 'a quote that ends with a backslash', 'module "kite\\', ':1: a quoted text does not end'],
  ['go.mod', 'an escaped end of a quote', 'module "kite\\"', ':1: a quoted text does not end'],
  ['go.mod', 'a quote within a word', 'module ki"te', ':1: "ki\\"te" is not well quoted'],
  ['go.mod', 'single quotes', "module 'kite'", ':1: "\'kite\'" is not well quoted'],
  ['go.mod', 'an unknown escape', 'module "\\q"', ':1: '],
  ['go.mod', 'half an escape', 'module "\\u12"', ':1: '],
  ['go.mod', 'an escape beyond Unicode', 'module "\\U00110000"', ':1: '],
  ['go.mod', 'an escaped half of a character', 'module "\\ud800"', ':1: '],
  ['go.mod', 'an escaped NUL', 'module "kite\\x00"', ':1: '],
  ['go.mod', 'an escaped line feed', 'module "kite\\n"', ':1: '],
  ['go.mod', 'an escaped byte', 'module "\\xff"', ':1: '],
  ['go.mod', 'no path', 'module', ':1: "module" must be followed by exactly one word'],
  ['go.mod', 'an empty path', 'module ""', ':1: "" is not the path of a Go module'],
  ['go.mod', 'two paths', 'module kite dragon', ':1: "module" must be followed by exactly one word'],
  ['go.mod', 'a path that leaves', 'module ../../etc', ':1: "../../etc" is not the path'],
  ['go.mod', 'an absolute path', 'module /etc/passwd', ':1: "/etc/passwd" is not the path'],
  ['go.mod', 'a path that is an option', 'module -modfile=x', ':1: "-modfile=x" is not the path'],
  ['go.mod', 'a path with a version', 'module example.org/kite@v1.0.0', ':1: "example.org/kite@v1.0.0" is not the path'],
  ['go.mod', 'an endless path', `module ${'x'.repeat(MEBIBYTE)}`, ':1: "xxx'],
  ['go.mod', 'an endless path of many elements', `module x${'/x'.repeat(MEBIBYTE)}`, ':1: "x/x'],
  ['go.mod', 'two modules', 'module kite\n\nmodule dragon', ':3: "module" may stand only once'],
  ['go.mod', 'two Go versions', 'go 1.22\ngo 1.23', ':2: "go" may stand only once'],
  ['go.mod', 'two toolchains', 'toolchain go1.22.0\ntoolchain default', ':2: "toolchain" may stand only once'],
  ['go.mod', 'Go versions in a block', 'go (\n1.22\n)', ':2: "1.22" is not a Go version'],
  ['go.mod', 'a Go version with more behind it', 'go 1.22 1.23', ':1: "go" must be followed by exactly one word'],
  ['go.mod', 'a Go version that is none', 'go ../../go', ':1: "../../go" is not a Go version'],
  ['go.mod', 'a Go version that is a toolchain', 'go go1.22', ':1: "go1.22" is not a Go version'],
  ['go.mod', 'a huge Go version', `go 1.${'9'.repeat(MEBIBYTE)}`, ':1: "1.999'],
  ['go.mod', 'a toolchain that is a path', 'toolchain go1.22/../../x', ':1: "go1.22/../../x" is not a toolchain'],
  ['go.mod', 'a toolchain that is an address', 'toolchain https://example.org/go1.22', ':1: "https:" is not a toolchain'],
  ['go.mod', 'a toolchain that runs what lies there', 'toolchain path', ':1: "path" is not a toolchain'],
  ['go.mod', 'a toolchain that is an option', 'toolchain -x', ':1: "-x" is not a toolchain'],
  ['go.mod', 'a block that does not end', 'require (\n\texample.org/a v1.0.0\n', ':1: the block "require" does not end'],
  ['go.mod', 'a block in a block', 'require (\nrequire (\n)\n)', ':4: a line must begin with a directive'],
  ['go.mod', 'a block of blocks, deep', '(\n'.repeat(10_000), ':1: a line must begin with a directive'],
  ['go.mod', 'blocks of nothing, deep', 'x (\n'.repeat(100_000), ':1: the block "x" does not end'],
  ['go.mod', 'a block that ends twice', 'require (\n)\n)', ':3: a line must begin with a directive, not with ")"'],
  ['go.mod', 'more behind the end of a block', 'require (\n) example.org/a', ':2: nothing may follow the bracket'],
  ['go.mod', 'a quoted directive', '"module" kite', ':1: a line must begin with a directive'],
  ['go.mod', 'a requirement without version', 'require example.org/a', ':1: a requirement is written as'],
  ['go.mod', 'a requirement with too much', 'require example.org/a v1 v2 v3', ':1: a requirement is written as'],
  ['go.mod', 'a replacement by nothing', 'replace example.org/a =>', ':1: a replacement is written as'],
  ['go.mod', 'a replacement without arrow', 'replace example.org/a ../a', ':1: a replacement is written as'],
  ['go.mod', 'a replacement with two arrows', 'replace example.org/a => => ../a v1 v2', ':1: a replacement is written as'],
  ['go.mod', 'a replacement by a module without version', 'replace example.org/a => example.org/b', ':1: the replacement "example.org/b"'],
  ['go.mod', 'a replacement by a directory with a version', 'replace example.org/a => ../a v1.0.0', ':1: the replacement "../a"'],
  ['go.mod', 'too many bytes', `//${'é'.repeat(2 * MEBIBYTE)}`, ' is larger than 4 MiB'],
  ['go.mod', 'too many lines', '\n'.repeat(4 * MEBIBYTE + 1), ' is larger than 4 MiB'],
  ['go.work', 'a byte order mark', '\ufeffgo 1.22', ':1: the character "\\ufeff" may not'],
  ['go.work', 'no directory', 'use', ':1: "use" must be followed by exactly one word'],
  ['go.work', 'a directory with an escaped NUL', 'use "./a\\x00"', ':1: '],
  ['go.work', 'a block that does not end', 'go 1.22\nuse (\n./a', ':2: the block "use" does not end'],
  ['go.work', 'two Go versions', 'go 1.22\ngo 1.22', ':2: "go" may stand only once'],
  ['go.work', 'a toolchain that is a path', 'toolchain ../go1.22', ':1: "../go1.22" is not a toolchain'],
  ['go.work', 'too many bytes', 'x'.repeat(4 * MEBIBYTE + 1), ' is larger than 4 MiB'],
  ['go.sum', 'marks of a conflict', '<<<<<<< HEAD\n', ':1: there must be three words, not 2'],
  ['go.sum', 'JSON', '{"a": 1}', ':1: there must be three words'],
  ['go.sum', 'too many words', `a v1.0.0 ${DIGEST} b`, ':1: there must be three words, not 4'],
  ['go.sum', 'very many words', 'x '.repeat(MEBIBYTE), ':1: there must be three words, not 1048576'],
  ['go.sum', 'a short digest', '\na v1.0.0 h1:AAAA', ':2: "h1:AAAA" is not a digest'],
  ['go.sum', 'a long digest', `a v1.0.0 h1:${'A'.repeat(MEBIBYTE)}`, ':1: "h1:AAA'],
  ['go.sum', 'a digest of odd letters', `a v1.0.0 h1:${'-'.repeat(43)}=`, ':1: "h1:---'],
  ['go.sum', 'a digest of 33 bytes', `a v1.0.0 h1:${'A'.repeat(44)}`, ':1: "h1:AAA'],
  ['go.sum', 'a digest with stray bits', `a v1.0.0 h1:${'A'.repeat(42)}B=`, ':1: "h1:AAA'],
  ['go.sum', 'too many bytes', 'x'.repeat(16 * MEBIBYTE + 1), ' is larger than 16 MiB'],
  ['modules.txt', 'a package of no module', 'example.org/a', ':1: the package "example.org/a" has no module above'],
  ['modules.txt', 'a module without version', '# example.org/a', ':1: "# example.org/a" does not name a module'],
  ['modules.txt', 'a module without name', '# ', ':1: "# " does not name a module'],
  ['modules.txt', 'a remark', '#example.org/a v1.0.0', ':1: "#example.org/a v1.0.0" does not name a module'],
  ['modules.txt', 'a tab', '#\texample.org/a v1.0.0\0', ':1: "#\\texample.org/a'],
  ['modules.txt', 'a version that is none', '# example.org/a ../v1', ':1: "# example.org/a ../v1" does not name'],
  ['modules.txt', 'a short version', '# example.org/a v1', ':1: "# example.org/a v1" does not name'],
  ['modules.txt', 'a module that leaves', '# ../../a v1.0.0', ':1: "# ../../a v1.0.0" does not name'],
  ['modules.txt', 'an arrow to nowhere', '# example.org/a v1.0.0 =>', ':1: '],
  ['modules.txt', 'an arrow of two', '# example.org/a => => ./a', ':1: '],
  ['modules.txt', 'a replacement without version', '# example.org/a => example.org/b', ':1: '],
  ['modules.txt', 'a replacement with too much', '# example.org/a v1.0.0 => example.org/b v1.0.0 x', ':1: '],
  ['modules.txt', 'a replacement at no version', '# example.org/a => example.org/b $(id)', ':1: '],
  ['modules.txt', 'a package that leaves', '# example.org/a v1.0.0\n../../x', ':2: "../../x" is not the import path'],
  ['modules.txt', 'an absolute package', '# example.org/a v1.0.0\n/etc/passwd', ':2: "/etc/passwd" is not the import path'],
  ['modules.txt', 'a package with a NUL', '# example.org/a v1.0.0\na\0', ':2: "a\\u0000" is not the import path'],
  ['modules.txt', 'a package that is not UTF-8', `# example.org/a v1.0.0\n${NOT_UTF8}`, ':2: '],
  ['modules.txt', 'a byte order mark', '\ufeff# example.org/a v1.0.0', ':1: '],
  ['modules.txt', 'an endless package', `# example.org/a v1.0.0\n${'x'.repeat(MEBIBYTE)}`, ':2: "xxx'],
  ['modules.txt', 'an endless line of spaces', `#${' '.repeat(MEBIBYTE)}x`, ':1: "#  '],
  ['modules.txt', 'too many bytes', 'x'.repeat(4 * MEBIBYTE + 1), ' is larger than 4 MiB'],
];

/** File, what it is, text: nothing in them matters. */
const PASSED_OVER: [keyof typeof readers, string, string][] = [
  ['go.mod', 'very many lines', '\n'.repeat(4 * MEBIBYTE)],
  ['go.mod', 'very many spaces', ' '.repeat(4 * MEBIBYTE)],
  ['go.mod', 'very many comments', '//\n'.repeat(MEBIBYTE)],
  ['go.mod', 'an endless comment', `// ${' '.repeat(4 * MEBIBYTE - 10)}x`],
  ['go.mod', 'very many brackets', `x ${'('.repeat(MEBIBYTE)} y`],
  ['go.mod', 'very many quotes', `x ${'""'.repeat(MEBIBYTE)}`],
  ['go.mod', 'very many backslashes', `x "${'\\\\'.repeat(MEBIBYTE)}"`],
  ['go.mod', 'very many slashes', `x ${'/ '.repeat(MEBIBYTE)}`],
  ['go.mod', 'names of every object', 'constructor x\nvalueOf (\n__proto__ x\n)\n'],
  ['go.work', 'very many blocks', 'x (\n)\n'.repeat(MEBIBYTE / 2)],
  ['go.sum', 'very many lines', '\n'.repeat(16 * MEBIBYTE)],
  ['go.sum', 'an endless line of spaces', ' '.repeat(16 * MEBIBYTE)],
  ['go.sum', 'very many digests', Array.from({ length: 200_000 }, (_, at) => `a${at} v1.0.0 ${DIGEST}\n`).join('')],
  ['go.sum', 'names of every object', `__proto__ constructor ${DIGEST}\n`],
  ['modules.txt', 'very many lines', '\n'.repeat(4 * MEBIBYTE)],
  ['modules.txt', 'very many marks', '## x\n'.repeat(MEBIBYTE / 2)],
  ['modules.txt', 'very many modules', '# a v1.0.0\n'.repeat(300_000)],
];

const NOTHING = {
  'go.mod': { module: undefined, go: undefined, toolchain: undefined, require: [], replace: [] },
  'go.work': { go: undefined, toolchain: undefined, use: [], replace: [] },
  'go.sum': [[], []],
  'modules.txt': [],
};

describe('a hostile file', () => {
  it.each(REFUSED)('%s with %s is refused by a message that names the line', (name, _what, text, message) => {
    let error: unknown;
    try {
      readers[name](text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidFileFormat);
    expect(error).toHaveProperty('message', expect.stringContaining(name + message));
    expect(error).toHaveProperty('message', expect.stringMatching(/^[\x20-\x7e…]{1,1500}$/));
  });

  it.each(PASSED_OVER)('%s with %s says nothing', (name, _what, text) => {
    expect(readers[name](text)).toEqual(NOTHING[name]);
  });
});

const COMMIT = { id: 'f'.repeat(40), time: 0 };

describe('a hostile tag', () => {
  // prettier-ignore
  it.each([
    '', 'v', 'v1.0.0\0', 'v1.0.0\n', 'v1.0.0/../v9.9.9', '../v1.0.0', './v1.0.0', '/v1.0.0', 'v1.0.0 ', '-v1.0.0', 'v1.0.0;id', 'v1.0.0$(id)',
    'v1.0.0-é', 'v1.0.0-\ud800', 'v1.0.0-\ufffd', 'v1.0.0-..', 'v1.0.0+', 'v0x1.0.0', 'v1e3.0.0', 'v1.0.-1', 'v1.0.0@{1}', 'refs/tags/v1.0.0',
    '__proto__', 'constructor', 'sub/v1.0.0', 'SUB/v1.0.0', `v1.0.${'9'.repeat(MEBIBYTE)}`, `v1.0.0-${'a.'.repeat(MEBIBYTE)}a`,
    `v1.0.0-${'0.00000000000000-'.repeat(100_000)}`, `${'v'.repeat(MEBIBYTE)}1.0.0`,
  ])('is passed over: case %#', (name) => {
    const tags = [true, false].map((here) => ({ name, here }));
    expect(moduleVersion({ path: 'example.org/kite', directory: '.' }, tags, COMMIT)).toBe('v0.0.0-19700101000000-ffffffffffff');
  });

  it('is passed over among a hundred thousand', () => {
    const tags = Array.from({ length: 100_000 }, (_, at) => ({ name: `v1.0.0-${'0.'.repeat(50)}x${at}`, here: false }));
    const version = moduleVersion({ path: 'example.org/kite', directory: '.' }, [...tags, { name: 'v1.1.0', here: true }], COMMIT);
    expect(version).toBe('v1.1.0');
  });
});
