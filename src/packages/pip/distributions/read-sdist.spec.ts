import { afterAll, describe, expect, it } from '@jest/globals';
import { statSync, truncateSync } from 'node:fs';
import { itWithTool } from '../../../../test/support/tools.js';
import { ValidationError } from '../../../errors/index.js';
import { BuiltArchives } from './__fixtures__/built.js';
import { readSdist, type SdistContents } from './read-sdist.js';
import { scanPacked } from './scan-packed.js';

const signal = new AbortController().signal;
const itWithPython = (name: string, test: () => Promise<void>) => itWithTool('python3', name, test);

/** What is read without a thread: those of this spec would run the code of the last build. */
async function read(file: string, requirePkgInfo = true): Promise<SdistContents> {
  const fileName = file.slice(file.lastIndexOf('/') + 1);
  const extension = /\.tar\.(?:bz2|xz)$/.exec(fileName)?.[0] as '.tar.bz2' | '.tar.xz' | undefined;
  if (extension !== undefined) return scanPacked({ file, fileName, extension, requirePkgInfo });
  return readSdist(file, fileName, { requirePkgInfo }, signal);
}

const ALL = ['pyproject.toml', 'setup.cfg', 'setup.py'];

/** Description, file name, Python expression, names of the files that are read. */
const VALID: [string, string, string, string[]][] = [
  ['pax', 'foo-1.0.tar', 'tar(*SDIST)', ALL],
  ['GNU', 'foo-1.0.tar', 'tar(*SDIST, format=tarfile.GNU_FORMAT)', ALL],
  ['ustar', 'foo-1.0.tar', 'tar(*SDIST, format=tarfile.USTAR_FORMAT)', ALL],
  ['gzip', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST))', ALL],
  ['bzip2', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST))', ALL],
  ['bzip2 of small blocks', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST, ("foo-1.0/x", os.urandom(300000))), 1)', ALL],
  [
    'bzip2 of two streams',
    'foo-1.0.tar.bz2',
    'bz2.compress(tar(*SDIST)[:1000]) + bz2.compress(tar(*SDIST)[1000:])',
    ALL,
  ],
  ['xz', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST))', ALL],
  ['xz without checks', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST), check=lzma.CHECK_NONE)', ALL],
  ['xz of two streams', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST)[:1000]) + lzma.compress(tar(*SDIST)[1000:])', ALL],
  ['zip', 'foo-1.0.zip', 'zipped(*SDIST)', ALL],
  ['zip, stored', 'foo-1.0.zip', 'zipped(*SDIST, method=zipfile.ZIP_STORED, comment=b"made by hand")', ALL],
  ['zip with directories', 'foo-1.0.zip', 'zipped(("foo-1.0/", b""), *SDIST)', ALL],
  [
    'gzip of two members',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST)[:1000]) + gzip.compress(tar(*SDIST)[1000:])',
    ALL,
  ],
  ['zeros behind gzip', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST)) + bytes(3000)', ALL],
  ['no mark of the end', 'foo-1.0.tar.gz', 'gzip.compress(SDIST_TEXT)', ALL],
  ['one block at the end', 'foo-1.0.tar.gz', 'gzip.compress(SDIST_TEXT + bytes(512))', ALL],
  ['many blocks at the end', 'foo-1.0.tar.gz', 'gzip.compress(SDIST_TEXT + bytes(512 * 1000))', ALL],
  [
    'directories',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(info("foo-1.0", type=b"5"), info("foo-1.0/d", type=b"5"), *SDIST))',
    ALL,
  ],
  ['long names', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST, ("foo-1.0/" + "d/" * 200 + "x", b"x")))', ALL],
  [
    'long names of GNU',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST, ("foo-1.0/" + "d/" * 200 + "x", b"x"), format=tarfile.GNU_FORMAT))',
    ALL,
  ],
  [
    'a prefix',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST, ("foo-1.0/" + "d" * 80 + "/" + "e" * 80, b"x"), format=tarfile.USTAR_FORMAT))',
    ALL,
  ],
  [
    'a commit in a global header',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST, pax_headers={"comment": "5" * 40}))',
    ALL,
  ],
  [
    'times in pax',
    'foo-1.0.tar.gz',
    'gzip.compress(tar((info("foo-1.0/PKG-INFO", mtime=1.5), b""), SETUP))',
    ['setup.py'],
  ],
  ['a name that is not UTF-8', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST, ("foo-1.0/\\udcff", b"x")))', ALL],
  [
    'large owner',
    'foo-1.0.tar.gz',
    'gzip.compress(tar((info("foo-1.0/PKG-INFO", uid=2**40), b""), format=tarfile.GNU_FORMAT))',
    [],
  ],
  [
    'links',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST, info("foo-1.0/l", type=b"2", linkname="setup.py"), info("foo-1.0/h", type=b"1", linkname="foo-1.0/setup.py")))',
    ALL,
  ],
  [
    'links in a zip',
    'foo-1.0.zip',
    'links(("foo-1.0/PKG-INFO", b"", 0o100644), ("foo-1.0/setup.py", b"x", 0o100644), ("foo-1.0/l", b"/etc", 0o120777))',
    ['setup.py'],
  ],
  [
    'PKG-INFO deep inside',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(SETUP, ("foo-1.0/src/foo.egg-info/PKG-INFO", b"")))',
    ['setup.py'],
  ],
  [
    'no top folder',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(("PKG-INFO", b""), ("setup.py", b"root"), SETUP))',
    ['setup.py'],
  ],
  [
    'dots before names',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(info("./", type=b"5"), ("./foo-1.0/PKG-INFO", b""), ("./foo-1.0//setup.py", b"x")))',
    ['setup.py'],
  ],
  ['two top folders', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST, ("bar/x", b"")))', []],
  [
    'a file besides the top folder',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST, ("setup.cfg", b"root")))',
    ['setup.cfg'],
  ],
  [
    'a file that is too large',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(INFO, CONFIG, ("foo-1.0/setup.py", bytes(2**20 + 1))))',
    ['setup.cfg'],
  ],
  ['files further inside', 'foo-1.0.tar.gz', 'gzip.compress(tar(INFO, ("foo-1.0/docs/setup.py", b"")))', []],
  [
    'a file that a link replaces',
    'foo-1.0.tar',
    'tar(INFO, SETUP, info("foo-1.0/setup.py", type=b"2", linkname="x"))',
    [],
  ],
  ['a folder of that name', 'foo-1.0.tar', 'tar(INFO, info("foo-1.0/setup.py", type=b"5"), CONFIG)', ['setup.cfg']],
  ['an empty file', 'foo-1.0.tar', 'tar(INFO, ("foo-1.0/setup.py", b""))', ['setup.py']],
];

const FOREIGN = /is no (tar|zip|\.tar\.\w+) (archive|file), or is damaged or cut off/;
const TWICE = /names a member twice/;
const OUTSIDE = /lies outside of it/;
const MISSING = /holds no file PKG-INFO/;
const BEHIND = /goes on behind its end/;
const BOMB = /unpacks to more than is allowed/;
const KIND = /no file, directory or link/;

/** Description, file name, Python expression, what the refusal says. */
const HOSTILE: [string, string, string, RegExp][] = [
  ['nothing', 'foo-1.0.tar', 'b""', FOREIGN],
  ['nothing, gzipped', 'foo-1.0.tar.gz', 'gzip.compress(b"")', FOREIGN],
  ['no gzip', 'foo-1.0.tar.gz', 'b""', FOREIGN],
  ['text', 'foo-1.0.tar', 'b"<html>" * 1000', FOREIGN],
  ['text for gzip', 'foo-1.0.tar.gz', 'b"<html>" * 1000', FOREIGN],
  ['text for bzip2', 'foo-1.0.tar.bz2', 'b"<html>" * 1000', FOREIGN],
  ['text for xz', 'foo-1.0.tar.xz', 'b"<html>" * 1000', FOREIGN],
  ['text for zip', 'foo-1.0.zip', 'b"<html>" * 1000', FOREIGN],
  ['text, gzipped', 'foo-1.0.tar.gz', 'gzip.compress(b"<html>" * 1000)', FOREIGN],
  ['text, bzip2', 'foo-1.0.tar.bz2', 'bz2.compress(b"<html>" * 1000)', FOREIGN],
  ['a tar that is not gzipped', 'foo-1.0.tar.gz', 'tar(*SDIST)', FOREIGN],
  ['a zip that is called tar.gz', 'foo-1.0.tar.gz', 'zipped(*SDIST)', FOREIGN],
  ['a tar.gz that is called zip', 'foo-1.0.zip', 'gzip.compress(tar(*SDIST))', FOREIGN],
  ['gzip that is called bz2', 'foo-1.0.tar.bz2', 'gzip.compress(tar(*SDIST))', FOREIGN],
  ['LZMA that is called xz', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST), format=lzma.FORMAT_ALONE)', FOREIGN],
  ['cut off between header and content', 'foo-1.0.tar', 'tar(*SDIST)[:512]', FOREIGN],
  ['cut off in a content', 'foo-1.0.tar', 'tar(*SDIST)[:520]', FOREIGN],
  ['cut off in a header', 'foo-1.0.tar', 'tar(*SDIST)[:1100]', FOREIGN],
  ['cut off behind a pax header', 'foo-1.0.tar', 'SDIST_TEXT + pax(record(b"path", b"x"))', FOREIGN],
  ['only a global header', 'foo-1.0.tar', 'pax(record(b"comment", b"x"), type=b"g")', FOREIGN],
  ['end behind a pax header', 'foo-1.0.tar', 'SDIST_TEXT + pax(record(b"path", b"x")) + END', FOREIGN],
  ['gzip cut off', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST))[:-1]', FOREIGN],
  ['gzip with a wrong sum', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST))[:-8] + bytes(8)', FOREIGN],
  ['bzip2 cut off', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST))[:-1]', FOREIGN],
  ['bzip2 cut off before its end', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST))[:-10]', FOREIGN],
  ['bzip2 cut off early', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST))[:3]', FOREIGN],
  [
    'bzip2 with another bit',
    'foo-1.0.tar.bz2',
    'patched(bz2.compress(tar(*SDIST)), (b"BZh", 80, b"\\x55\\xaa"))',
    FOREIGN,
  ],
  ['xz cut off', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST))[:-1]', FOREIGN],
  ['xz cut off early', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST))[:20]', FOREIGN],
  ['xz, empty', 'foo-1.0.tar.xz', 'b""', FOREIGN],
  [
    'xz with another bit',
    'foo-1.0.tar.xz',
    'patched(lzma.compress(tar(*SDIST)), (b"\\xfd7zXZ", 80, b"\\x55\\xaa"))',
    FOREIGN,
  ],
  [
    'xz that needs a gigabyte',
    'foo-1.0.tar.xz',
    'lzma.compress(tar(*SDIST), filters=[{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 2**30, "mf": lzma.MF_HC3, "mode": lzma.MODE_FAST}])',
    FOREIGN,
  ],
  ['more behind the end', 'foo-1.0.tar', 'SDIST_TEXT + END + SDIST_TEXT', BEHIND],
  [
    'more behind the end, gzipped',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(("foo-1.0/x", b""))) + gzip.compress(tar(*SDIST))',
    BEHIND,
  ],
  ['more far behind the end', 'foo-1.0.tar.xz', 'lzma.compress(SDIST_TEXT + bytes(200000) + b"x")', BEHIND],
  ['more behind the end, bzip2', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST)) + bz2.compress(tar(*SDIST))', BEHIND],
  ['text behind gzip', 'foo-1.0.tar.gz', 'gzip.compress(tar(*SDIST)) + b"text"', FOREIGN],
  [
    'zeros and gzip behind gzip',
    'foo-1.0.tar.gz',
    'gzip.compress(tar(*SDIST)) + bytes(100) + gzip.compress(SDIST_TEXT)',
    BEHIND,
  ],
  ['text behind bzip2', 'foo-1.0.tar.bz2', 'bz2.compress(tar(*SDIST)) + b"text"', FOREIGN],
  ['text behind xz', 'foo-1.0.tar.xz', 'lzma.compress(tar(*SDIST)) + b"text"', FOREIGN],
  ['text behind zip', 'foo-1.0.zip', 'zipped(*SDIST) + b"text"', FOREIGN],
  ['text before zip', 'foo-1.0.zip', 'b"text" + zipped(*SDIST)', FOREIGN],
  ['no PKG-INFO', 'foo-1.0.tar.gz', 'gzip.compress(tar(SETUP))', MISSING],
  ['no PKG-INFO, xz', 'foo-1.0.tar.xz', 'lzma.compress(tar(SETUP))', MISSING],
  ['no PKG-INFO, zip', 'foo-1.0.zip', 'zipped(SETUP, ("foo-1.0/pkg-info", b""))', MISSING],
  ['no member', 'foo-1.0.tar', 'END', MISSING],
  ['no member, zip', 'foo-1.0.zip', 'zipped()', MISSING],
  ['PKG-INFO as a directory', 'foo-1.0.tar', 'tar(info("foo-1.0/PKG-INFO", type=b"5"))', MISSING],
  ['PKG-INFO as a link', 'foo-1.0.tar', 'tar(info("foo-1.0/PKG-INFO", type=b"2", linkname="/etc/passwd"))', MISSING],
  [
    'PKG-INFO as part of a name',
    'foo-1.0.tar',
    'tar(("foo-1.0/PKG-INFO.txt", b""), ("foo-1.0/PKG-INFO/x", b""))',
    MISSING,
  ],
  ['..', 'foo-1.0.tar', 'tar(*SDIST, ("foo-1.0/../../x", b""))', OUTSIDE],
  ['.. in a pax header', 'foo-1.0.tar', 'SDIST_TEXT + pax(record(b"path", b"../x")) + file(b"y") + END', OUTSIDE],
  ['an absolute name', 'foo-1.0.tar', 'tar(*SDIST, ("/x", b""))', OUTSIDE],
  ['.. in a zip', 'foo-1.0.zip', 'zipped(*SDIST, ("foo-1.0/../../x", b""))', FOREIGN],
  ['an absolute name in a zip', 'foo-1.0.zip', 'zipped(*SDIST, ("/x", b""))', FOREIGN],
  ['a backslash in a zip', 'foo-1.0.zip', 'zipped(*SDIST, ("foo-1.0\\\\x", b""))', FOREIGN],
  ['a device', 'foo-1.0.tar', 'tar(*SDIST, info("foo-1.0/x", type=b"3"))', KIND],
  ['a device that ends like a directory', 'foo-1.0.tar', 'SDIST_TEXT + block(b"x/", type=b"4") + END', KIND],
  ['a pipe', 'foo-1.0.tar', 'tar(*SDIST, info("foo-1.0/x", type=b"6"))', KIND],
  ['an unknown type', 'foo-1.0.tar', 'SDIST_TEXT + block(b"x", 512, b"Q") + bytes(512) + END', KIND],
  ['a sparse file of GNU', 'foo-1.0.tar', 'SDIST_TEXT + block(b"x", 512, b"S") + bytes(512) + END', KIND],
  [
    'a sparse file of pax',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"GNU.sparse.major", b"1")) + file(b"x") + END',
    /sparse/,
  ],
  [
    'a hard link with content',
    'foo-1.0.tar',
    'SDIST_TEXT + block(b"x", 512, b"1") + file(b"foo-1.0/x") + END',
    /with content/,
  ],
  [
    'a directory with content',
    'foo-1.0.tar',
    'SDIST_TEXT + block(b"x/", 512) + file(b"foo-1.0/x") + END',
    /with content/,
  ],
  ['a wrong sum of a header', 'foo-1.0.tar', 'patched(tar(*SDIST), (b"foo-1.0/setup.cfg", 0, b"goo"))', FOREIGN],
  ['a size that is no number', 'foo-1.0.tar', 'SDIST_TEXT + block(size_field=b"0000000008x\\0") + END', FOREIGN],
  ['a negative size', 'foo-1.0.tar', 'SDIST_TEXT + block(size_field=b"\\xff" * 12) + END', FOREIGN],
  ['a size beyond all', 'foo-1.0.tar', 'SDIST_TEXT + block(size_field=b"\\x80" + b"\\xff" * 11) + END', FOREIGN],
  ['a large size', 'foo-1.0.tar', 'SDIST_TEXT + block(size_field=b"\\x80" + bytes(5) + b"\\xff" * 6) + END', FOREIGN],
  [
    'another size in pax',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"size", b"512")) + file(b"x") + file(b"PKG-INFO") + END',
    /two sizes/,
  ],
  ['a strange size in pax', 'foo-1.0.tar', 'SDIST_TEXT + pax(record(b"size", b"0x0")) + file(b"x") + END', /two sizes/],
  [
    'a path for all',
    'foo-1.0.tar',
    'pax(record(b"path", b"PKG-INFO"), type=b"g") + SDIST_TEXT + END',
    /unexpected "path"/,
  ],
  [
    'a path in a strange charset',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"hdrcharset", b"EBCDIC")) + file(b"x") + END',
    /unreadable names/,
  ],
  [
    'two paths',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"path", b"x")) + pax(record(b"path", b"y")) + file(b"z") + END',
    TWICE,
  ],
  [
    'two paths in a header',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"path", b"x"), record(b"path", b"y")) + file(b"z") + END',
    FOREIGN,
  ],
  [
    'paths of pax and GNU',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"path", b"x")) + block(b"l", 2, b"L") + padded(b"y\\0") + file(b"z") + END',
    TWICE,
  ],
  ['a malformed pax header', 'foo-1.0.tar', 'SDIST_TEXT + pax(b"99 path=x\\n") + file(b"z") + END', FOREIGN],
  ['a pax header without numbers', 'foo-1.0.tar', 'SDIST_TEXT + pax(b"path=x\\n" * 9000) + file(b"z") + END', FOREIGN],
  [
    'a NUL in a path',
    'foo-1.0.tar',
    'SDIST_TEXT + pax(record(b"path", b"x\\0y")) + file(b"z") + END',
    /impossible name/,
  ],
  ['no name', 'foo-1.0.tar', 'SDIST_TEXT + file(b"") + END', /impossible name/],
  ['a very long name', 'foo-1.0.tar', 'tar(*SDIST, ("a/" * 3000, b""))', /impossible name/],
  ['a huge header', 'foo-1.0.tar', 'tar(*SDIST, pax_headers={"comment": "x" * 70000})', /header of more than/],
  [
    'a prefix that some ignore',
    'foo-1.0.tar',
    'SDIST_TEXT + block(b"x", magic=b"ustar  \\0", prefix=b"p") + END',
    FOREIGN,
  ],
  ['a bomb', 'foo-1.0.tar.gz', 'big_zeros(2**27)', BOMB],
  ['a bomb, bzip2', 'foo-1.0.tar.bz2', 'bz2.compress(block(b"x", 2**27) + bytes(2**27) + END)', BOMB],
  ['a bomb, xz', 'foo-1.0.tar.xz', 'lzma.compress(block(b"x", 2**27) + bytes(2**27) + END, preset=0)', BOMB],
  ['a bomb behind the end', 'foo-1.0.tar.gz', 'gzip.compress(SDIST_TEXT + bytes(2**27))', BOMB],
  ['a bomb, zip', 'foo-1.0.zip', 'zipped(*SDIST, ("foo-1.0/zeros", bytes(2**27)))', BOMB],
  ['a bomb of shared bytes', 'foo-1.0.zip', 'overlapping(1000, 1000000)', BOMB],
  ['shared bytes', 'foo-1.0.zip', 'overlapping(2, 1000)', /overlap/],
  ['zip cut off', 'foo-1.0.zip', 'zipped(*SDIST)[:-1]', FOREIGN],
  ['zip cut off early', 'foo-1.0.zip', 'zipped(*SDIST)[:200]', FOREIGN],
  ['zip with a name twice', 'foo-1.0.zip', 'zipped(*SDIST, SETUP)', /two members of the same name/],
  [
    'zip with a file as a directory',
    'foo-1.0.zip',
    'zipped(*SDIST, ("foo-1.0/setup.py/", b""))',
    /two members of the same name/,
  ],
  [
    'zip with a long comment that is none',
    'foo-1.0.zip',
    'zipped(*SDIST, comment=b"PK\\5\\6" + bytes(18))',
    /read in two ways/,
  ],
  ['zip, encrypted', 'foo-1.0.zip', 'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 8, b"\\1\\0"))', /encrypted/],
  ['zip, packed otherwise', 'foo-1.0.zip', 'zipped(*SDIST, method=zipfile.ZIP_LZMA)', /unusual way/],
  [
    'zip with a lying size',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 24, b"\\5\\0\\0\\0"))',
    FOREIGN,
  ],
  [
    'zip with a larger size',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 24, b"\\xff\\0\\0\\0"))',
    FOREIGN,
  ],
  [
    'zip with an absurd size',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 24, b"\\xfe\\xff\\xff\\xff"))',
    BOMB,
  ],
  [
    'zip with an absurd packed size',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 20, b"\\xfe\\xff\\xff\\xff"))',
    /overlap/,
  ],
  [
    'zip with a wrong sum',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"foo-1.0/setup.py", -46 + 16, b"1234"))',
    /damaged member/,
  ],
  [
    'zip with two names',
    'foo-1.0.zip',
    'patched(zipped(("foo-1.0/PKG-INFO", b""), SETUP), (b"setup.py", 0, b"setup.px")).replace(b"setup.py", b"setup.pz", 1).replace(b"setup.px", b"setup.py")',
    /two names/,
  ],
  [
    'zip with fewer entries than it has',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"PK\\5\\6", 8, b"\\3\\0\\3\\0"))',
    /read in two ways/,
  ],
  [
    'zip with more entries than it has',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"PK\\5\\6", 8, b"\\7\\0\\7\\0"))',
    FOREIGN,
  ],
  [
    'zip with another size of its directory',
    'foo-1.0.zip',
    'patched(zipped(*SDIST), (b"PK\\5\\6", 12, b"\\0\\0\\0\\0"))',
    /read in two ways/,
  ],
  [
    'zip with a NUL in a name',
    'foo-1.0.zip',
    'zipped(*SDIST, ("foo-1.0/abc", b"")).replace(b"foo-1.0/abc", b"foo-1.0/a\\0c")',
    /impossible name/,
  ],
  ['another kind of name', 'foo-1.0.tgz', 'gzip.compress(tar(*SDIST))', /name of a source distribution/],
];

function rowsOf(table: readonly (readonly [string, string, string, unknown])[]) {
  return table.map(([, fileName, expression]) => ({ fileName, expression }));
}

describe('source distributions', () => {
  const valid = new BuiltArchives(rowsOf(VALID));
  const hostile = new BuiltArchives(rowsOf(HOSTILE));

  afterAll(() => {
    valid.remove();
    hostile.remove();
  });

  for (const [row, [title, fileName, , expected]] of VALID.entries()) {
    itWithPython(`${fileName}: ${title}`, async () => {
      const { files } = await read(valid.file(row));
      expect([...files.keys()]).toEqual(expected);
      const contents = new Map<string, Buffer>();
      for (const [path, content] of valid.listed(row)) contents.set(path.replace(/^\.\/|\/(?=\/)/g, ''), content);
      for (const [name, content] of files) {
        expect([contents.get(`foo-1.0/${name}`), contents.get(name)]).toContainEqual(content);
      }
    });
  }

  for (const [row, [title, fileName, , message]] of HOSTILE.entries()) {
    itWithPython(`${fileName} is refused: ${title}`, async () => {
      const error: unknown = await read(hostile.file(row)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ValidationError);
      expect(String(error)).toMatch(message);
      expect(String(error)).toContain(`The file "${fileName}" is refused: it `);
    });
  }

  itWithPython('PKG-INFO may be missing where it is not asked for', async () => {
    const row = HOSTILE.findIndex(([title]) => title === 'no PKG-INFO');
    expect([...(await read(hostile.file(row), false)).files.keys()]).toEqual(['setup.py']);
  });

  itWithPython('every shorter file is refused', async () => {
    for (const extension of ['.tar.gz', '.tar.bz2', '.tar.xz', '.zip']) {
      const row = VALID.findIndex(([, fileName]) => fileName === `foo-1.0${extension}`);
      const file = valid.file(row);
      for (let size = statSync(file).size - 1; size > 0; size -= 1 + (size >> 5)) {
        truncateSync(file, size);
        await expect(read(file)).rejects.toThrow(ValidationError);
      }
    }
  });
});

it('a .tar.Z is not looked into', async () => {
  const contents = await readSdist('/nowhere', 'foo-1.0.tar.Z', { requirePkgInfo: true }, signal);
  expect(contents.files.size).toBe(0);
});

it('a file that is not there is no fault of the package', async () => {
  for (const extension of ['.tar', '.tar.gz', '.zip']) {
    const reading = readSdist('/nowhere/x', `foo-1.0${extension}`, { requirePkgInfo: true }, signal);
    await expect(reading).rejects.toMatchObject({ code: 'ENOENT' });
  }
});
