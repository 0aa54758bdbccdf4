import { describe, expect, it } from '@jest/globals';
import { NetworkError } from '../../../errors/index.js';
import { type PageContent, readPage } from './read-page.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';
const SHA256 = 'ab'.repeat(32);
const PAGE = 'https://pypi.acme.dev/simple/kite/';
const FILE = { kind: 'sdist', fileName: 'kite-1.0.tar.gz', name: 'kite', version: '1.0', url: 'https://pypi.acme.dev/f/kite-1.0.tar.gz', digests: {}, requiresPython: undefined, yanked: undefined };

function read(type: string, content: string | object, overrides: object = {}): PageContent {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return readPage({ content: Buffer.from(text), type, url: PAGE, project: 'kite', wanted: ['1'], ...overrides });
}

const readHtml = (body: string): PageContent => read('text/html', `<!DOCTYPE html><html><body>${body}</body></html>`);
const readJson = (...files: unknown[]): PageContent => read(JSON_TYPE, { meta: { 'api-version': '1.1' }, files });
const jsonFile = (overrides: object = {}): object => ({ filename: 'kite-1.0.tar.gz', url: '/f/kite-1.0.tar.gz', ...overrides });

/** The only file, as far as it differs from the usual one; undefined when there is none. */
function onlyFile({ releases }: PageContent): object | undefined {
  const files = releases.get('1') ?? [];
  expect(files.length).toBeLessThanOrEqual(1);
  return files.length === 0 ? undefined : Object.fromEntries(Object.entries(files[0]).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(FILE[key as keyof typeof FILE])));
}

describe('readPage, HTML', () => {
  it.each<[string, string, object | undefined]>([
    ['a plain link', '<a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>', {}],
    ['blanks around the name', '<a href="/f/kite-1.0.tar.gz">\n kite-1.0.tar.gz </a>', {}],
    ['capitals', '<A HREF="/f/kite-1.0.tar.gz">kite-1.0.tar.gz</A>', {}],
    ['no quotes', '<a href=/f/kite-1.0.tar.gz>kite-1.0.tar.gz</a>', {}],
    ['elements inside of the link', '<a href="/f/kite-1.0.tar.gz"><b>kite</b>-<i>1.0</i>.tar.gz</a>', {}],
    ['a link that is not closed', '<a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz', {}],
    ['a link inside of an element that is not closed', '<b><a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz<p><a href="/x">x</a>', {}],
    ['an address that is seen from the page', '<a href="../../f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>', {}],
    ['a base', '<base href="https://cdn.acme.dev/x/"><a href="kite-1.0.tar.gz">kite-1.0.tar.gz</a>', { url: 'https://cdn.acme.dev/x/kite-1.0.tar.gz' }],
    ['a base that is seen from the page', '<base href="/x/"><a href="kite-1.0.tar.gz">kite-1.0.tar.gz</a>', { url: 'https://pypi.acme.dev/x/kite-1.0.tar.gz' }],
    ['a base that is no address', '<base href="https://["><a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>', {}],
    ['a base of another kind', '<base href="file:///etc/"><a href="kite-1.0.tar.gz">kite-1.0.tar.gz</a>', undefined],
    ['a digest', `<a href="/f/kite-1.0.tar.gz#sha256=${SHA256}">kite-1.0.tar.gz</a>`, { digests: { sha256: SHA256 } }],
    ['a digest in capitals', `<a href="/f/kite-1.0.tar.gz#sha256=${SHA256.toUpperCase()}">kite-1.0.tar.gz</a>`, { digests: { sha256: SHA256 } }],
    ['a digest between other keys', `<a href="/f/kite-1.0.tar.gz#egg=kite&amp;sha256=${SHA256}&amp;x=y">kite-1.0.tar.gz</a>`, { digests: { sha256: SHA256 } }],
    ['two digests', `<a href="/f/kite-1.0.tar.gz#sha256=${SHA256}&amp;md5=${'0'.repeat(32)}">kite-1.0.tar.gz</a>`, { digests: { sha256: SHA256, md5: '0'.repeat(32) } }],
    ['a digest of an unknown algorithm', '<a href="/f/kite-1.0.tar.gz#crc32=00">kite-1.0.tar.gz</a>', {}],
    ['a digest that is too short', '<a href="/f/kite-1.0.tar.gz#sha256=abcd">kite-1.0.tar.gz</a>', undefined],
    ['an empty digest', '<a href="/f/kite-1.0.tar.gz#sha256=">kite-1.0.tar.gz</a>', undefined],
    ['a digest that leads elsewhere', `<a href="/f/kite-1.0.tar.gz#sha256=../${'a'.repeat(61)}">kite-1.0.tar.gz</a>`, undefined],
    ['a digest with a line break', `<a href="/f/kite-1.0.tar.gz#sha256=${'a'.repeat(63)}%0a">kite-1.0.tar.gz</a>`, undefined],
    ['two digests that contradict each other', `<a href="/f/kite-1.0.tar.gz#sha256=${SHA256}&amp;sha256=${'0'.repeat(64)}">kite-1.0.tar.gz</a>`, undefined],
    ['user and password', '<a href="https://user:secret@pypi.acme.dev/f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>', {}],
    ['a query', '<a href="/f/kite-1.0.tar.gz?key=1#x">kite-1.0.tar.gz</a>', { url: `${FILE.url}?key=1` }],
    ['yanked with a reason', '<a href="/f/kite-1.0.tar.gz" data-yanked="broken &lt;b&gt;">kite-1.0.tar.gz</a>', { yanked: 'broken <b>' }],
    ['yanked without a reason', '<a href="/f/kite-1.0.tar.gz" data-yanked>kite-1.0.tar.gz</a>', { yanked: '' }],
    ['yanked with an empty reason', '<a href="/f/kite-1.0.tar.gz" data-yanked="">kite-1.0.tar.gz</a>', { yanked: '' }],
    ['a reason of several lines', '<a href="/f/kite-1.0.tar.gz" data-yanked="a&#10;b&#0;\u0001">kite-1.0.tar.gz</a>', { yanked: 'a b\ufffd ' }],
    ['the versions of Python', '<a href="/f/kite-1.0.tar.gz" data-requires-python="&gt;=3.8,&lt;4">kite-1.0.tar.gz</a>', { requiresPython: '>=3.8,<4' }],
    ['no versions of Python', '<a href="/f/kite-1.0.tar.gz" data-requires-python="">kite-1.0.tar.gz</a>', {}],
    ['a name in the address only', '<a href="/f/kite-1.0.tar.gz">download</a>', {}],
    ['a name that the server cut', '<a href="/f/kite-1.0.tar.gz">kite-1.0..&gt;</a>', {}],
    ['a name in the text only', '<a href="/f/17">kite-1.0.tar.gz</a>', { url: 'https://pypi.acme.dev/f/17' }],
    ['an encoded name in the address', '<a href="/f/kite-1%2E0.tar.gz">download</a>', { url: 'https://pypi.acme.dev/f/kite-1%2E0.tar.gz' }],
    ['an address that is wrongly encoded', '<a href="/f/kite-1.0%zz.tar.gz">download</a>', undefined],
    ['another project', '<a href="/f/kites-1.0.tar.gz">kites-1.0.tar.gz</a>', undefined],
    ['another spelling of the project', '<a href="/f/17">Kite-1.0.tar.gz</a>', { fileName: 'Kite-1.0.tar.gz', name: 'Kite', url: 'https://pypi.acme.dev/f/17' }],
    ['another spelling of the version', '<a href="/f/17">kite-1.tar.gz</a>', { fileName: 'kite-1.tar.gz', version: '1', url: 'https://pypi.acme.dev/f/17' }],
    ['a wheel', '<a href="/f/17">kite-1.0-py3-none-any.whl</a>', { kind: 'wheel', fileName: 'kite-1.0-py3-none-any.whl', url: 'https://pypi.acme.dev/f/17' }],
    ['a wheel of another project', '<a href="/f/17">kites-1.0-py3-none-any.whl</a>', undefined],
    ['an egg', '<a href="/f/17">kite-1.0-py3.8.egg</a>', undefined],
    ['a comment', '<!-- <a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz</a> -->', undefined],
    ['a script', '<meta name="pypi:repository-version" content="1.0"><script>"<a href=/f/kite-1.0.tar.gz>kite-1.0.tar.gz</a>"</script>', undefined],
    ['no address', '<a>kite-1.0.tar.gz</a><a href="/kite-2.0.zip">kite-2.0.zip</a>', undefined],
    ['another scheme', '<a href="file:///f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>', undefined],
    ['a script for an address', '<a href="javascript:kite-1.0.tar.gz">kite-1.0.tar.gz</a>', undefined],
    ['no host', '<a href="https:///">kite-1.0.tar.gz</a>', undefined],
    ['a very long address', `<a href="/${'f'.repeat(5000)}">kite-1.0.tar.gz</a>`, undefined],
    ['a slash in the name', '<a href="/f/17">x/../kite-1.0.tar.gz</a>', undefined],
    ['an encoded slash in the address', '<a href="/f/..%2fkite-1.0.tar.gz">x</a>', undefined],
    ['dots in the name', '<a href="/f/17">kite-1.0...tar.gz</a>', undefined],
    ['a control character in the name', '<a href="/f/17">kite-1.0&#1;.tar.gz</a>', undefined],
    ['a character without a shape in the name', '<a href="/f/17">kite-1.0\u202e.tar.gz</a>', undefined],
    ['a very long name', `<a href="/f/17">kite-1.0${'0'.repeat(255)}.tar.gz</a>`, undefined],
    ['nothing', '', undefined],
    ['no files, with the version of the interface', '<meta name="pypi:repository-version" content="1.1"><a href="/">home</a>', undefined],
    ['a heading only', '<h1>Links for kite</h1>', undefined],
  ])('%s', (_name, body, expected) => {
    expect(onlyFile(readHtml(body))).toEqual(expected);
  });

  it('keeps the order of the page, of each wanted release', () => {
    const names = ['kite-2.0.zip', 'kite-1.0.tar.gz', 'kite-1.zip', 'kite-3.tar.gz', 'kite-2.tar.gz', 'kite-1.0-py3-none-any.whl'];
    const page = read('text/html', names.map((name) => `<a href="/${name}">${name}</a>`).join(''), { wanted: ['1', '2', '7'] });
    expect([...page.releases].map(([key, files]) => [key, files.map(({ fileName }) => fileName)])).toEqual([
      ['2', ['kite-2.0.zip', 'kite-2.tar.gz']],
      ['1', ['kite-1.0.tar.gz', 'kite-1.zip', 'kite-1.0-py3-none-any.whl']],
    ]);
    expect([page.versions, page.sdistVersions]).toEqual([['3', '2', '1.0'], ['3', '2', '1']]);
  });

  it('knows the newest versions, whatever the order of the page', () => {
    const versions = ['1.10', '1.9', '1.9.post1', 'oddity', '1.10rc1', '1.8', '0.1', '1!0.1'];
    expect(readHtml(versions.map((version) => `<a href="/x">kite-${version}.tar.gz</a>`).join('')).versions).toEqual(['1!0.1', '1.10', '1.10rc1', '1.9.post1', '1.9']);
    expect(readHtml('<a href="/x">kite-oddity.tar.gz</a>').versions).toEqual(['oddity']);
  });

  it('tells of some of the files that cannot be taken', () => {
    const files = Array.from({ length: 100 }, (_, at) => `<a href="/f#md5=${at}">kite-1.0.tar.gz</a>`);
    expect(readHtml(files.join('')).refused).toHaveLength(5);
    expect(readHtml(files[0]).refused).toEqual([{ release: '1', fileName: 'kite-1.0.tar.gz', reason: 'its checksum is malformed' }]);
  });

  it.each<[string, string]>([
    ['1.0', '1.0'],
    ['1', '1'],
    ['0', '0'],
    ['a later minor version', '1.99'],
    ['what is no version', 'x'],
  ])('takes %s for a version of the interface', (_name, version) => {
    expect(onlyFile(readHtml(`<meta name="pypi:repository-version" content="${version}"><a href="/f/kite-1.0.tar.gz">kite-1.0.tar.gz</a>`))).toEqual({});
  });
});

describe('readPage, JSON', () => {
  it.each<[string, object, object | undefined]>([
    ['a plain file', {}, {}],
    ['unknown keys', { upload: 1, size: 'x', 'core-metadata': true }, {}],
    ['an absolute address', { url: 'https://cdn.acme.dev/17' }, { url: 'https://cdn.acme.dev/17' }],
    ['digests', { hashes: { sha256: SHA256, md5: '0'.repeat(32), blake3: 'x' } }, { digests: { sha256: SHA256, md5: '0'.repeat(32) } }],
    ['no digests', { hashes: {} }, {}],
    ['digests that are no object', { hashes: 'x' }, {}],
    ['digests in a list', { hashes: [SHA256] }, {}],
    ['a malformed digest', { hashes: { sha256: 'x' } }, undefined],
    ['a digest that is a number', { hashes: { sha256: 1 } }, undefined],
    ['a right and a malformed digest', { hashes: { sha256: SHA256, md5: '' } }, undefined],
    ['a digest in the address', { url: `/f/kite-1.0.tar.gz#sha256=${SHA256}` }, { digests: { sha256: SHA256 } }],
    ['another digest in the address', { url: `/f/kite-1.0.tar.gz#sha256=${SHA256}`, hashes: { sha256: '0'.repeat(64) } }, undefined],
    ['yanked', { yanked: true }, { yanked: '' }],
    ['yanked with a reason', { yanked: 'broken' }, { yanked: 'broken' }],
    ['a lone surrogate in a reason', { yanked: 'a\ud800b\u0000' }, { yanked: 'a b ' }],
    ['a long reason', { yanked: 'x'.repeat(5000) }, { yanked: 'x'.repeat(1000) }],
    ['not yanked', { yanked: false }, {}],
    ['an empty reason', { yanked: '' }, {}],
    ['a reason that is null', { yanked: null }, {}],
    ['the versions of Python', { 'requires-python': '>=3.8' }, { requiresPython: '>=3.8' }],
    ['versions of Python that are null', { 'requires-python': null }, {}],
    ['no name', { filename: undefined }, undefined],
    ['a name that is a number', { filename: 1 }, undefined],
    ['no address', { url: undefined }, undefined],
    ['a slash in the name', { filename: '../kite-1.0.tar.gz' }, undefined],
    ['a line break in the name', { filename: 'kite-1.0\n.tar.gz' }, undefined],
    ['NUL in the name', { filename: 'kite-1.0\u0000.tar.gz' }, undefined],
  ])('%s', (_name, overrides, expected) => {
    expect(onlyFile(readJson(jsonFile(overrides)))).toEqual(expected);
  });

  it.each<[string, string]>([
    ['prototypes', `{"__proto__": {"files": []}, "files": [{"__proto__": {"yanked": true}, "filename": "kite-1.0.tar.gz", "url": "/f/kite-1.0.tar.gz", "hashes": {"__proto__": "x", "constructor": "y", "toString": "z"}}]}`],
    ['what is no file', `{"files": [null, 1, "x", [], {}, ${JSON.stringify(jsonFile())}]}`],
    ['a byte order mark', `\ufeff{"files": [${JSON.stringify(jsonFile())}]}`],
    ['no version of the interface', `{"meta": null, "files": [${JSON.stringify(jsonFile())}]}`],
    ['doubled keys', `{"files": [], "files": [${JSON.stringify(jsonFile())}]}`],
  ])('is not misled by %s', (_name, text) => {
    expect(onlyFile(read(JSON_TYPE, text))).toEqual({});
  });

  it('knows a page without files', () => {
    expect(readJson()).toEqual({ releases: new Map(), versions: [], sdistVersions: [], refused: [] });
  });
});

describe('readPage refuses', () => {
  const many = (count: number): object[] => Array.from({ length: count }, () => jsonFile());
  it.each<[string, string, string | object, RegExp]>([
    ['a login page', 'text/html', '<html><form action="/login"><input type="password"></form></html>', /login page/],
    ['a page that a script makes', 'text/html', '<html><script src="/app.js"></script></html>', /login page/],
    ['a page with other links', 'text/html', '<html><a href="/login">Moved here</a></html>', /login page/],
    ['another type', 'application/json', { files: [] }, /its type is "application\/json"/],
    ['no type', '', '', /its type is ""/],
    ['what is no JSON', JSON_TYPE, '<html>', /no JSON document/],
    ['another JSON document', JSON_TYPE, { info: {} }, /no JSON document with a list/],
    ['a list', JSON_TYPE, [], /no JSON document with a list/],
    ['null', JSON_TYPE, 'null', /no JSON document with a list/],
    ['deep JSON', JSON_TYPE, '['.repeat(100_000), /no JSON document/],
    ['deep JSON that is closed', JSON_TYPE, '['.repeat(50_000) + ']'.repeat(50_000), /no JSON document/],
    ['deep HTML', 'text/html', '<b>'.repeat(40_000), /nested too deeply/],
    ['a later interface, JSON', JSON_TYPE, { meta: { 'api-version': '2.0' }, files: [] }, /version 2 of its interface/],
    ['a later interface, HTML', HTML_TYPE, '<meta name="pypi:repository-version" content="12.3">', /version 12 of its interface/],
    ['a later interface, by its type', 'application/vnd.pypi.simple.v2+json', {}, /version 2 of its interface/],
    ['very many files of one version', JSON_TYPE, { files: many(2001) }, /more than 2000 files of one version/],
  ])('%s', (_name, type, content, message) => {
    let error: unknown;
    try {
      read(type, content, { url: 'https://pypi.acme.dev/simple/kite/?token=secret' });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(PAGE);
    expect((error as Error).message).not.toContain('secret');
  });

  it.each([
    ['an empty page', HTML_TYPE, '<html><body><a href="/">home</a></body></html>'],
    ['as many files of one version as there may be', JSON_TYPE, { files: many(2000) }],
    ['very many files of a version that is not wanted', JSON_TYPE, { files: many(3000).map((file) => ({ ...file, filename: 'kite-2.0.tar.gz' })) }],
  ])('but not %s', (_name, type, content) => {
    expect(() => read(type, content)).not.toThrow();
  });
});
