import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestService, type CallOptions, type TestService } from './testing.js';

const REF = 'a'.repeat(40);
const REPO = 'https://git.example.org/team/app.git';
const GOOD = { repo: REPO, ref: REF };
const NOT_FOUND = /^The requested resource was not found$/;

let service: TestService;
/** Where not everybody may do everything, so that calls for any host are let in. */
let closed: TestService;
beforeAll(async () => {
  closed = await startTestService({ auth: { loginDisabled: false, trustedProxies: ['192.0.2.1/32'] } });
  service = await startTestService({
    outbound: { allowedPrivateNetworks: [] },
    requests: { mutuallyExclusivePackageManagers: [['npm', 'yarn']] },
  });
  await service.call('POST', '/requests', { body: GOOD });
});
afterAll(async () => {
  await service.close();
  await closed.close();
});

/** 4xx, the error envelope, a text of the right kind, and nothing stored. */
async function refused(method: string, path: string, options: CallOptions, status: number, message: RegExp): Promise<void> {
  const before = await countRows();
  const answer = await service.call(method, path, options);
  expect({ status: answer.status, body: answer.json }).toEqual({
    status,
    body: { error: expect.stringMatching(message) },
  });
  expect(await countRows()).toEqual(before);
}

async function countRows(): Promise<unknown> {
  return service.dataSource.query(
    'SELECT (SELECT count(*) FROM request), (SELECT count(*) FROM request_state), (SELECT count(*) FROM config_file_base64)',
  );
}

describe('POST /requests, shape of the body', () => {
  it.each<[string, unknown, RegExp]>([
    ['array', [], /must be an object/],
    ['number', 1, /must be an object/],
    ['text', 'x', /must be an object/],
    ['false', false, /must be an object/],
    ['empty', {}, /missing required property "repo".*missing required property "ref"/],
    ['no repo', { ref: REF }, /missing required property "repo"/],
    ['no ref', { repo: REPO }, /missing required property "ref"/],
    ['null repo', { ...GOOD, repo: null }, /repo: null .*must be a string/],
    ['number repo', { ...GOOD, repo: 5 }, /repo: 5 .*must be a string/],
    ['array repo', { ...GOOD, repo: [REPO] }, /repo: .*must be a string/],
    ['object repo', { ...GOOD, repo: { a: 1 } }, /repo: .*must be a string/],
    ['empty repo', { ...GOOD, repo: '' }, /repo: "" .*longer than or equal to 1/],
    ['long repo', { ...GOOD, repo: `https://h/${'a'.repeat(191)}` }, /repo: .*shorter than or equal to 200/],
    ['null ref', { ...GOOD, ref: null }, /ref: null/],
    ['short ref', { ...GOOD, ref: 'abc' }, /ref: "abc" .*must match/],
    ['upper-case ref', { ...GOOD, ref: 'A'.repeat(40) }, /ref: .*must match/],
    ['ref with newline', { ...GOOD, ref: `${REF}\n` }, /ref: .*must match/],
    ['ref with option', { ...GOOD, ref: '--upload-pack=/bin/sh' }, /ref: "--upload-pack=\/bin\/sh" .*must match/],
    ['branch as ref', { ...GOOD, ref: 'main' }, /ref: "main" .*must match/],
    ['long ref', { ...GOOD, ref: 'a'.repeat(41) }, /ref: .*must match/],
    ['very long ref is shortened', { ...GOOD, ref: 'z'.repeat(5000) }, /ref: "z{79}… is not valid/],
    ['unknown key', { ...GOOD, extra: 1 }, /unexpected property "extra"/],
    ['unknown key toString', { ...GOOD, toString: 1 }, /property "toString"/],
    ['unknown key valueOf', { ...GOOD, valueOf: {} }, /property "valueOf"/],
    ['unknown key hasOwnProperty', { ...GOOD, hasOwnProperty: null }, /property "hasOwnProperty"/],
    ['unknown key then', { ...GOOD, then: 1 }, /unexpected property "then"/],
    ['unknown key toJSON', { ...GOOD, toJSON: 1 }, /unexpected property "toJSON"/],
    ['managers null', { ...GOOD, pkg_managers: null }, /pkg_managers: null/],
    ['managers text', { ...GOOD, pkg_managers: 'npm' }, /pkg_managers: "npm" .*array/],
    ['managers object', { ...GOOD, pkg_managers: { 0: 'npm' } }, /pkg_managers: .*array/],
    ['unknown manager', { ...GOOD, pkg_managers: ['maven'] }, /pkg_managers: \["maven"\] .*one of the following values/],
    ['number as manager', { ...GOOD, pkg_managers: [1] }, /pkg_managers: \[1\]/],
    ['null as manager', { ...GOOD, pkg_managers: [null] }, /pkg_managers: \[null\]/],
    ['nested managers', { ...GOOD, pkg_managers: [['npm']] }, /pkg_managers: \[\["npm"\]\]/],
    ['flags null', { ...GOOD, flags: null }, /flags: null/],
    ['flags text', { ...GOOD, flags: 'cgo-disable' }, /flags: .*array/],
    ['flags numbers', { ...GOOD, flags: [1] }, /flags: \[1\] is not valid: it must, in each value, be a string/],
    ['packages null', { ...GOOD, packages: null }, /packages: null .*must be an object/],
    ['packages array', { ...GOOD, packages: [] }, /packages: \[\] .*must be an object/],
    ['packages text', { ...GOOD, packages: 'npm' }, /packages: "npm" .*must be an object/],
    ['packages of unknown manager', { ...GOOD, packages: { maven: [] } }, /not "maven"/],
    ['packages of git-submodule', { ...GOOD, packages: { 'git-submodule': [{ path: '.' }] } }, /git-submodule/],
    ['packages not an array', { ...GOOD, packages: { npm: {} } }, /an array for npm/],
    ['packages null entry', { ...GOOD, packages: { npm: [null] } }, /objects for npm/],
    ['packages text entry', { ...GOOD, packages: { npm: ['a'] } }, /objects for npm/],
    ['packages empty entry', { ...GOOD, packages: { npm: [{}] } }, /non-empty objects for npm/],
    ['packages unknown key', { ...GOOD, packages: { npm: [{ dir: 'a' }] } }, /"dir" for npm/],
    ['pip keys for npm', { ...GOOD, packages: { npm: [{ requirements_files: ['a'] }] } }, /"requirements_files" for npm/],
    ['path null', { ...GOOD, packages: { npm: [{ path: null }] } }, /non-empty string: "path" of npm/],
    ['path number', { ...GOOD, packages: { yarn: [{ path: 1 }] } }, /non-empty string: "path" of yarn/],
    ['path empty', { ...GOOD, packages: { npm: [{ path: '' }] } }, /non-empty string: "path" of npm/],
    ['path absolute', { ...GOOD, packages: { gomod: [{ path: '/etc' }] } }, /relative to the repository: "path" of gomod/],
    ['path up', { ...GOOD, packages: { npm: [{ path: '..' }] } }, /"\.\."/],
    ['path up and down', { ...GOOD, packages: { npm: [{ path: '../x' }] } }, /"\.\."/],
    ['path far up', { ...GOOD, packages: { npm: [{ path: 'a/../../b' }] } }, /"\.\."/],
    ['path second entry', { ...GOOD, packages: { npm: [{ path: 'a' }, { path: '..' }] } }, /"path" of npm/],
    ['requirements not an array', { ...GOOD, packages: { pip: [{ requirements_files: 'a' }] } }, /array of paths: "requirements_files" of pip/],
    ['requirements absolute', { ...GOOD, packages: { pip: [{ requirements_files: ['/a'] }] } }, /"requirements_files" of pip/],
    ['build requirements up', { ...GOOD, packages: { pip: [{ requirements_build_files: ['a', '../b'] }] } }, /"requirements_build_files" of pip/],
    ['requirements empty text', { ...GOOD, packages: { pip: [{ requirements_files: [''] }] } }, /"requirements_files" of pip/],
    ['replacements null', { ...GOOD, dependency_replacements: null }, /dependency_replacements: null/],
    ['replacements object', { ...GOOD, dependency_replacements: {} }, /dependency_replacements: .*array/],
    ['replacements of texts', { ...GOOD, dependency_replacements: ['a'] }, /dependency_replacements: .*objects/],
    ['replacements nested', { ...GOOD, dependency_replacements: [[]] }, /dependency_replacements: .*objects/],
    ['replacements null entry', { ...GOOD, dependency_replacements: [null] }, /dependency_replacements: .*objects/],
    ['replacement without name', { ...GOOD, dependency_replacements: [{ type: 'gomod', version: '1' }] }, /missing required property "dependency_replacements\[0\]\.name"/],
    ['replacement number version', { ...GOOD, dependency_replacements: [{ name: 'a', type: 'gomod', version: 1 }] }, /dependency_replacements\[0\]\.version: 1 .*string/],
    ['replacement null new_name', { ...GOOD, dependency_replacements: [{ name: 'a', type: 'gomod', version: '1', new_name: null }] }, /new_name: null/],
    ['replacement long name', { ...GOOD, dependency_replacements: [{ name: 'a'.repeat(1001), type: 'gomod', version: '1' }] }, /name: .*1000/],
    ['replacement lines', { ...GOOD, dependency_replacements: [{ name: 'a', type: 'gomod', version: 'v1\n' }] }, /version: .*control/],
    ['replacement extra key', { ...GOOD, dependency_replacements: [{ name: 'a', type: 'gomod', version: '1', x: 1 }] }, /unexpected property "dependency_replacements\[0\]\.x"/],
    ['user null', { ...GOOD, user: null }, /user: null/],
    ['user number', { ...GOOD, user: 1 }, /user: 1 .*string/],
    ['user long', { ...GOOD, user: 'u'.repeat(256) }, /user: .*255/],
    ['labels null', { ...GOOD, labels: null }, /labels: null/],
    ['labels array', { ...GOOD, labels: ['a'] }, /labels: .*object/],
    ['labels upper-case key', { ...GOOD, labels: { Team: 'a' } }, /labels: .*\[a-z0-9\._-\]/],
    ['labels empty key', { ...GOOD, labels: { '': 'a' } }, /labels: .*keys/],
    ['labels long key', { ...GOOD, labels: { ['a'.repeat(64)]: 'a' } }, /labels: .*keys/],
    ['labels number', { ...GOOD, labels: { a: 1 } }, /labels: .*texts/],
    ['labels long value', { ...GOOD, labels: { a: 'x'.repeat(256) } }, /labels: .*255/],
    ['labels 21', { ...GOOD, labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])) }, /labels: .*20 pairs/],
  ])('%s', async (_, body, message) => {
    await refused('POST', '/requests', { body }, 400, message);
  });

  it.each<[string, string, Record<string, string>, number, RegExp]>([
    ['nothing', '', {}, 400, /JSON body is required/],
    ['blanks', '   ', {}, 400, /JSON body is required/],
    ['null', 'null', {}, 400, /null/],
    ['no JSON', '{', {}, 400, /not valid JSON/],
    ['trailing comma', `{"repo":"${REPO}",}`, {}, 400, /not valid JSON/],
    ['form', 'repo=x&ref=y', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /application\/json, not "application\/x-www-form-urlencoded"/],
    ['text', JSON.stringify(GOOD), { 'content-type': 'text/plain' }, 415, /content type/],
    ['other charset', JSON.stringify(GOOD), { 'content-type': 'application/json; charset=latin1' }, 415, /content type/],
    ['compressed', JSON.stringify(GOOD), { 'content-encoding': 'gzip' }, 415, /Content-Encoding/],
    ['repo twice', `{"repo":"${REPO}","repo":"${REPO}","ref":"${REF}"}`, {}, 400, /"repo" twice/],
    ['prototype', `{"__proto__":{"repo":"${REPO}"},"ref":"${REF}"}`, {}, 400, /__proto__/],
    ['constructor', `{"repo":"${REPO}","ref":"${REF}","constructor":{"prototype":{}}}`, {}, 400, /constructor/],
    ['nested prototype', `{"repo":"${REPO}","ref":"${REF}","packages":{"__proto__":[]}}`, {}, 400, /__proto__/],
    ['NUL', `{"repo":"https://h/a\\u0000b","ref":"${REF}"}`, {}, 400, /NUL/],
    ['half a surrogate pair', `{"repo":"${REPO}","ref":"${REF}","labels":{"a":"\\ud800"}}`, {}, 400, /surrogate/],
    ['deep', `{"repo":"${REPO}","ref":"${REF}","packages":${'['.repeat(100)}${']'.repeat(100)}}`, {}, 400, /deeper/],
    ['too large', `{"repo":"${'a'.repeat(1_100_000)}"}`, {}, 413, /larger than 1048576 bytes/],
    ['huge number', `{"repo":1e999,"ref":"${REF}"}`, {}, 400, /repo/],
    ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]))), {}, 400, /and \d+ more/],
  ])('text of the body: %s', async (_, text, headers, status, message) => {
    await refused('POST', '/requests', { text, headers: { 'content-type': 'application/json', ...headers } }, status, message);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const response = await fetch(`${service.origin}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    });
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringContaining('UTF-8') }]);
  });

  it('cuts an endless body off', async () => {
    const chunk = new Uint8Array(65_536).fill(0x20);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    const response = await fetch(`${service.origin}/api/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(response);
  });
});

describe('POST /requests, meaning of the body', () => {
  it.each<[string, RegExp]>([
    ['file:///etc', /"file".*not allowed/],
    ['file://host/x', /"file".*not allowed/],
    ['file:/etc/passwd', /repository address/],
    ['file:x', /repository address/],
    ['http:h.example.org/x', /repository address/],
    ['git@h.example.org:a/../b', /"\.\."|hold/],
    ['ext::sh -c id', /spaces/],
    ['ext::sh', /not allowed/],
    ['fd::17', /not allowed/],
    ['git://h.example.org/x', /"git".*not allowed/],
    ['ftp://h.example.org/x', /"ftp".*not allowed/],
    ['javascript:alert(1)', /repository address/],
    ['data:text/plain,x', /repository address/],
    ['/etc/passwd', /repository address/],
    ['./local', /repository address/],
    ['../local', /repository address/],
    ['C:\\repo', /repository address/],
    ['C:/repo', /repository address/],
    ['-oProxyCommand=id', /must not start with "-"/],
    ['--upload-pack=id', /must not start with "-"/],
    ['ssh://-oProxyCommand=id/x', /repository address/],
    ['ssh://git@-oProxyCommand=id/x', /repository address/],
    ['git@-oProxyCommand=id:x', /repository address/],
    ['-oProxyCommand=id@host:x', /repository address/],
    ['https://h.example.org', /must name a path/],
    ['https://h.example.org/', /must name a path/],
    ['https:///x', /repository address/],
    ['https://', /repository address/],
    ['h.example.org', /repository address/],
    ['https://h.example.org/a b', /spaces/],
    ['https://h.example.org/a\nb', /spaces/],
    ['https://h.example.org/a\\b', /backslash/],
    ['https://h.example.org/a?x=1', /query/],
    ['https://h.example.org/a#x', /fragment/],
    ['https://h.example.org/../x/%2e%2e/y', /repository address/],
    ['https://h.example.org/%zz', /percent/],
    ['https://h.example.org:99999/x', /repository address/],
    ['https://h.example.org:0/x', /repository address/],
    ['https://alice:S3CRETpw@h.example.org/x', /\.netrc/],
    ['https://S3CRETtoken@h.example.org/x', /\.netrc/],
    ['http://alice:S3CRETpw@h.example.org/x', /\.netrc/],
    ['https://alice:S3CRETpw%40x@h.example.org/x', /\.netrc/],
    ['ssh://git:S3CRETpw@h.example.org/x', /\.netrc/],
    ['HTTPS://alice:S3CRETpw@h.example.org/x', /\.netrc/],
    ['http://127.0.0.1/x', /private or special network/],
    ['http://127.1/x', /private or special network/],
    ['http://2130706433/x', /private or special network/],
    ['http://0x7f000001/x', /private or special network/],
    ['http://0177.0.0.1/x', /private or special network/],
    ['http://0/x', /private or special network/],
    ['http://169.254.169.254/latest/meta-data', /private or special network/],
    ['http://10.0.0.1/x', /private or special network/],
    ['http://172.16.0.1/x', /private or special network/],
    ['http://192.168.1.1/x', /private or special network/],
    ['http://100.64.0.1/x', /private or special network/],
    ['http://224.0.0.1/x', /private or special network/],
    ['http://[::1]/x', /private or special network/],
    ['http://[::ffff:127.0.0.1]/x', /private or special network/],
    ['http://[::ffff:a00:1]/x', /private or special network/],
    ['http://[fe80::1]/x', /private or special network/],
    ['http://[fd00::1]/x', /private or special network/],
    ['http://[64:ff9b::7f00:1]/x', /private or special network/],
    ['https://127.0.0.1:8443/x', /private or special network/],
    ['ssh://git@10.0.0.1/x', /private or special network/],
    ['ssh://git@[::1]/x', /private or special network/],
    ['git@169.254.169.254:x', /private or special network/],
    ['git@127.0.0.1:x/y', /private or special network/],
  ])('repo %s', async (repo, message) => {
    await refused('POST', '/requests', { body: { repo, ref: REF } }, 400, message);
    const answer = await service.call('POST', '/requests', { body: { repo, ref: REF } });
    expect(answer.text).not.toContain('S3CRET');
  });

  it.each([
    'https://git.example.org/team/app.git/',
    'http://git.example.org:8080/app',
    'ssh://git@git.example.org:2222/team/app.git',
    'ssh://git.example.org/app',
    'git@git.example.org:team/app.git',
    'https://192.0.32.10/app',
  ])('accepts repo %s, shown as submitted', async (repo) => {
    const { status, json } = await service.call('POST', '/requests', { body: { repo, ref: REF } });
    expect([status, json]).toEqual([201, expect.objectContaining({ repo })]);
  });

  it.each<[string, object, RegExp]>([
    ['manager not enabled', { pkg_managers: ['rubygems'] }, /rubygems are not enabled here; enabled are: gomod, npm,.* git-submodule/],
    ['several not enabled', { pkg_managers: ['rubygems', 'yarn', 'git-submodule'] }, /rubygems, yarn are/],
    ['packages of a manager not requested', { pkg_managers: [], packages: { npm: [{ path: 'a' }] } }, /configures npm/],
    ['packages with default managers', { packages: { npm: [{ path: 'a' }] } }, /configures npm/],
    ['unknown flag', { flags: ['no-such-flag'] }, /"no-such-flag" are unknown or inactive/],
    ['inactive flag', { flags: ['pip-dev-preview'] }, /"pip-dev-preview" are unknown or inactive/],
    ['some unknown flags', { flags: ['cgo-disable', 'a', 'b', 'a'] }, /flags "a", "b" are/],
    ['user of anonymous', { user: 'bob' }, /anonymous/],
  ])('%s', async (_, more, message) => {
    await refused('POST', '/requests', { body: { ...GOOD, ...more } }, 400, message);
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256), '\ttab'])('Idempotency-Key %j', async (key) => {
    // Node strips blanks at the ends of a header; what is left may be fine.
    const text = Buffer.from(key).toString('latin1');
    const { status } = await service.call('POST', '/requests', { body: GOOD, headers: { 'idempotency-key': text } });
    expect(key === '\ttab' ? [201] : [400]).toContain(status);
  });
});

describe('queries', () => {
  it.each<[string, number, RegExp]>([
    ['?foo=1', 400, /Unknown query parameter "foo"/],
    ['?__proto__=1', 400, /Unknown query parameter "__proto__"/],
    ['?constructor=1', 400, /Unknown query parameter "constructor"/],
    ['?page[]=1', 400, /Unknown query parameter "page\[\]"/],
    ['?page[$gt]=1', 400, /Unknown query parameter/],
    ['?Page=1', 400, /Unknown query parameter "Page"/],
    ['?=1', 400, /Unknown query parameter ""/],
    ['?foo', 400, /Unknown query parameter "foo"/],
    ['?page=x&foo=1', 400, /foo/],
    ['?page=', 400, /page: ""/],
    ['?page', 400, /page: ""/],
    ['?page=0', 400, /page: 0 .*less than 1/],
    ['?page=-1', 400, /page: -1/],
    ['?page=1.0', 400, /page: "1\.0" .*integer/],
    ['?page=1e3', 400, /page: "1e3"/],
    ['?page=0x10', 400, /page: "0x10"/],
    ['?page=%201', 400, /page: " 1"/],
    ['?page=%D9%A1', 400, /page/],
    ['?page=99999999999', 400, /page/],
    ['?page=999999999999999999999', 400, /page/],
    ['?page=1&page=x', 400, /page: "x"/],
    ['?per_page=0', 400, /per_page: 0/],
    ['?per_page=ten', 400, /per_page: "ten"/],
    ['?page=99', 404, NOT_FOUND],
    ['?page=2147483647&per_page=2147483647', 404, NOT_FOUND],
    ['?verbose=1', 400, /verbose: "1" .*boolean/],
    ['?verbose=yes', 400, /verbose: "yes"/],
    ['?verbose=', 400, /verbose: ""/],
    ['?state=done', 400, /state: "done" .*one of the following values/],
    ['?state=', 400, /state: ""/],
    ['?state=COMPLETE', 400, /state/],
    [`?repo=${'a'.repeat(201)}`, 400, /repo: .*200/],
    ['?repo=%00', 400, /NUL/],
    ['?repo=%ff', 400, /percent-encoded UTF-8/],
    ['?repo=%', 400, /percent-encoded/],
    ['?ref=abc', 400, /ref: "abc" .*must match/],
    [`?ref=${'A'.repeat(40)}`, 400, /ref/],
    [`?ref=${REF}%0a`, 400, /ref/],
    ['?pkg_manager=maven', 400, /pkg_manager/],
    ['?pkg_manager=npm&pkg_manager=maven', 400, /pkg_manager/],
    ['?created_from=yesterday', 400, /created_from: "yesterday" .*ISO 8601/],
    ['?created_from=', 400, /created_from/],
    ['?created_from=1772323200', 400, /created_from/],
    ['?created_to=2026-02-30', 400, /created_to/],
    ['?created_to=2026-01-01T24:00', 400, /created_to/],
    ['?created_to=2026-01-01T10:00%20', 400, /created_to/],
    ['?error_origin=me', 400, /error_origin: "me"/],
    [`?error_type=${'x'.repeat(256)}`, 400, /error_type/],
    ['?label=x', 400, /label/],
    ['?label=X:y', 400, /label/],
    ['?label=:y', 400, /label/],
    [`?label=a:${'x'.repeat(400)}`, 400, /label/],
    [`?${'page=1&'.repeat(300)}`, 400, /More than 200/],
  ])('GET /requests%.60s', async (query, status, message) => {
    await refused('GET', `/requests${query}`, {}, status, message);
  });

  it.each<[string, number, RegExp]>([
    ['/requests/1?wait=-1', 400, /wait: -1/],
    ['/requests/1?wait=x', 400, /wait: "x"/],
    ['/requests/1?wait=1.5', 400, /wait: "1\.5"/],
    ['/requests/1?wait=61', 400, /wait: 61 .*greater than 60/],
    ['/requests/1?wait=99999999', 400, /wait/],
    ['/requests/1?verbose=true', 400, /Unknown query parameter "verbose"/],
    ['/requests/latest', 400, /missing required property "repo_name".*"ref"/],
    ['/requests/latest?repo_name=a/b', 400, /"ref"/],
    [`/requests/latest?ref=${REF}`, 400, /"repo_name"/],
    [`/requests/latest?repo_name=ab&ref=${REF}`, 400, /repo_name/],
    [`/requests/latest?repo_name=abc&ref=${REF}`, 400, /repo_name: "abc" .*must match/],
    [`/requests/latest?repo_name=a/b%20c&ref=${REF}`, 400, /repo_name/],
    [`/requests/latest?repo_name=a/b&ref=xyz`, 400, /ref/],
    [`/requests/latest?repo_name=${'a'.repeat(200)}/b&ref=${REF}`, 400, /repo_name/],
    [`/requests/latest?repo_name=${'/'.repeat(199)}!&ref=${REF}`, 400, /repo_name/],
    [`/requests/latest?repo_name=no/such&ref=${'b'.repeat(40)}`, 404, NOT_FOUND],
    ['/requests/1/packages?verbose=true', 400, /takes none/],
    ['/requests/1/logs?x=1', 400, /takes none/],
    ['/requests/1/events?x=1', 400, /takes none/],
    ['/requests/1/environment-variables?mode=online', 400, /mode: "online"/],
    ['/requests/1/environment-variables?bundle_dir=/x', 400, /mode=offline only/],
    ['/requests/1/environment-variables?client=pip', 400, /client: "pip" .*uv/],
    ['/requests/1/environment-variables?client=', 400, /client: ""/],
    ['/requests/1/configuration-files?client=uv', 400, /Unknown query parameter "client"/],
    ['/requests/1/configuration-files?mode=offline&bundle_dir=relative', 400, /bundle_dir/],
    ['/requests/1/configuration-files?style=pnp', 400, /style/],
    ['/request-metrics?finished_from=x', 400, /finished_from/],
    ['/request-metrics?page=0', 400, /page/],
    ['/request-metrics?page=9', 404, NOT_FOUND],
    ['/request-metrics?state=failed', 400, /Unknown query parameter "state"/],
    ['/request-metrics?error_origin=x', 400, /error_origin/],
    ['/request-metrics/summary', 400, /missing required property "finished_from".*"finished_to"/],
    ['/request-metrics/summary?finished_from=2026-01-01', 400, /"finished_to"/],
    ['/request-metrics/summary?finished_from=2026-01-01&finished_to=never', 400, /finished_to/],
  ])('GET %.70s', async (path, status, message) => {
    await refused('GET', path, {}, status, message);
  });
});

describe('ids, paths and methods', () => {
  it.each([
    '/requests/0', '/requests/999999', '/requests/2147483647', '/requests/2147483648', '/requests/99999999999999999999',
    '/requests/abc', '/requests/-1', '/requests/+1', '/requests/1.0', '/requests/1e1', '/requests/0x1', '/requests/%31x',
    '/requests/1%20', '/requests/%00', '/requests/1;DROP', "/requests/1'", '/requests/1/', '/requests//1', '/requests/1/nothing',
    '/requests/../requests/x', '/requests/abc/packages', '/requests/999999/packages', '/requests/999999/logs', '/requests/999999/events',
    '/requests/999999/configuration-files', '/requests/999999/environment-variables', '/requests/x/events', '/requests/', '/nothing',
    '/', '', '/requests/1/packages',
  ])('GET %s → 404', async (path) => {
    await refused('GET', path, {}, 404, NOT_FOUND);
  });

  it.each<[string, string, object]>([
    ['PATCH', '/requests/999999', { state: 'stale', state_reason: 'x' }],
    ['PATCH', '/requests/999999', { packages_count: 1 }],
    ['PATCH', '/requests/x', { state: 'stale', state_reason: 'x' }],
    ['POST', '/requests/999999/configuration-files', []],
    ['POST', '/requests/999999/resubmit', {}],
    ['POST', '/requests/abc/resubmit', {}],
  ])('%s %s → 404', async (method, path, body) => {
    await refused(method, path, { body }, 404, NOT_FOUND);
  });

  it('answers a path that cannot be decoded with 400', async () => {
    await refused('GET', '/requests/%zz', {}, 400, /./);
  });

  it.each([
    ['DELETE', '/requests', 'GET, HEAD, POST'],
    ['PUT', '/requests', 'GET, HEAD, POST'],
    ['POST', '/requests/1', 'GET, HEAD, PATCH'],
    ['DELETE', '/requests/1', 'GET, HEAD, PATCH'],
    ['PATCH', '/requests/1/packages', 'GET, HEAD'],
    ['POST', '/requests/1/events', 'GET, HEAD'],
    ['DELETE', '/requests/1/configuration-files', 'GET, HEAD, POST'],
    ['GET', '/requests/1/resubmit', 'POST'],
    ['POST', '/request-metrics/summary', 'GET, HEAD'],
  ])('%s %s → 405', async (method, path, allow) => {
    const answer = await service.call(method, path);
    expect([answer.status, answer.headers.get('allow'), answer.json]).toEqual([
      405,
      allow,
      { error: expect.stringContaining(method) },
    ]);
  });

  it('answers HEAD as GET and OPTIONS with the methods', async () => {
    for (const path of ['/requests', '/requests/1', '/requests/1/events', '/requests/1/logs', '/request-metrics']) {
      expect([path, (await service.call('HEAD', path)).status]).toEqual([path, 200]);
    }
    const options = await service.call('OPTIONS', '/requests/1');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, PATCH']);
  });

  it.each([
    ['<script>', 400],
    ['a/b', 400],
    ['a b', 400],
    ['user@host', 400],
    ['host:123456', 400],
    ['host.example.org:8080', 200],
    ['[::1]:80', 200],
  ])('Host %s → %d', async (host, status) => {
    expect(await rawStatus(`GET /api/v1/requests HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toBe(status);
  });

  it.each([
    ['two Host headers', 'GET /api/v1/requests HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
    ['no Host', 'GET /api/v1/requests HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['lengths that differ', 'POST /api/v1/requests HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{}'],
    ['length and chunks', 'POST /api/v1/requests HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n'],
  ])('%s → 400', async (_, text) => {
    expect(await rawStatus(text)).toBe(400);
  });

  it('shows no browser anything but data', async () => {
    const { headers } = await service.call('GET', '/requests/1');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('worker bodies', () => {
  it.each<[string, unknown, RegExp]>([
    ['empty', {}, /at least one property/],
    ['array', [], /must be an object/],
    ['unknown key', { status: 'x' }, /unexpected property "status"/],
    ['state alone', { state: 'complete' }, /missing required property "state_reason"/],
    ['reason alone', { state_reason: 'x' }, /missing required property "state"/],
    ['unknown state', { state: 'done', state_reason: 'x' }, /state: "done"/],
    ['state number', { state: 1, state_reason: 'x' }, /state: 1/],
    ['null state', { state: null, state_reason: 'x' }, /state: null/],
    ['null reason', { state: 'stale', state_reason: null }, /state_reason: null/],
    ['negative count', { packages_count: -1 }, /packages_count: -1/],
    ['boolean count', { packages_count: true }, /packages_count: true/],
    ['fraction', { dependencies_count: 1.5 }, /dependencies_count: 1\.5/],
    ['text count', { dependencies_count: '1' }, /dependencies_count: "1"/],
    ['huge count', { packages_count: 2147483648 }, /packages_count: 2147483648/],
    ['infinite count', { packages_count: 1e400 }, /packages_count: null/],
    ['variables array', { environment_variables: [] }, /environment_variables/],
    ['variable text', { environment_variables: { A: 'x' } }, /environment_variables/],
    ['variable without kind', { environment_variables: { A: { value: 'x' } } }, /kind/],
    ['variable kind', { environment_variables: { A: { value: 'x', kind: 'other' } } }, /kind/],
    ['variable number', { environment_variables: { A: { value: 1, kind: 'path' } } }, /value/],
    ['variable extra key', { environment_variables: { A: { value: 'x', kind: 'path', x: 1 } } }, /unexpected property "x"/],
    ['variable empty name', { environment_variables: { '': { value: 'x', kind: 'path' } } }, /names/],
    ['error origin', { error_origin: 'worker' }, /error_origin: "worker"/],
    ['error type number', { error_type: 1 }, /error_type: 1/],
    ['error type long', { error_type: 'x'.repeat(256) }, /error_type/],
  ])('PATCH: %s', async (_, body, message) => {
    await refused('PATCH', '/requests/1', { body }, 400, message);
  });

  const file = { content: 'eA==', path: 'app/.npmrc', type: 'base64' };
  it.each<[string, unknown, RegExp]>([
    ['object', file, /must be an array/],
    ['text items', ['x'], /at \[0\] must be an object/],
    ['nested', [[file]], /at \[0\] must be an object/],
    ['missing path', [{ content: 'eA==', type: 'base64' }], /missing required property "path"/],
    ['second item', [file, { ...file, path: 5 }], /at \[1\].*path: 5/],
    ['other type', [{ ...file, type: 'text' }], /type: "text"/],
    ['extra key', [{ ...file, mode: 1 }], /unexpected property "mode"/],
    ['content number', [{ ...file, content: 1 }], /content: 1/],
    ['empty path', [{ ...file, path: '' }], /path: ""/],
    ['long path', [{ ...file, path: 'x'.repeat(1025) }], /path/],
    ['null item', [null], /at \[0\] must be an object, not null/],
  ])('configuration-files: %s', async (_, body, message) => {
    await refused('POST', '/requests/1/configuration-files', { body }, 400, message);
  });

  it.each<[unknown, RegExp]>([
    [{ offline: 'yes' }, /offline: "yes"/],
    [{ offline: null }, /offline: null/],
    [{ online: true }, /unexpected property "online"/],
    [[], /must be an object/],
  ])('resubmit %j', async (body, message) => {
    await refused('POST', '/requests/1/resubmit', { body }, 400, message);
  });
});

describe('anything at all', () => {
  const keys = fc.constantFrom(
    'repo', 'ref', 'pkg_managers', 'packages', 'flags', 'dependency_replacements', 'user', 'labels', 'state', 'state_reason',
    'packages_count', 'environment_variables', 'error_origin', 'error_type', 'npm', 'path', 'name', 'offline', 'length',
  );
  const bodies = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false, REPO, REF, 'npm', 'in_progress', 'stale', ''),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(keys, fc.string()), tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;

  it.each([
    ['POST', '/requests'],
    ['PATCH', '/requests/1'],
    ['POST', '/requests/1/configuration-files'],
    ['POST', '/requests/1/resubmit'],
  ])('as body of %s %s is never a fault of the service', async (method, path) => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const { status, json } = await service.call(method, path, { body });
        expect(status).toBeLessThan(500);
        if (status >= 400) expect(json).toEqual({ error: expect.any(String) });
      }),
      { numRuns: 150 },
    );
  });

  it('as query is never a fault of the service', async () => {
    const names = fc.constantFrom('page', 'per_page', 'state', 'verbose', 'repo', 'ref', 'pkg_manager', 'created_from', 'error_type', 'label');
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', 'true', '%', '2026-01-01', 'a:b', 'npm'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.oneof(names, fc.string()), texts), { maxLength: 4 }), async (pairs) => {
        const query = new URLSearchParams(pairs).toString();
        expect((await service.call('GET', `/requests?${query}`)).status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});

/** Status of the answer to a hand-written call. */
async function rawStatus(text: string): Promise<number> {
  const { hostname, port } = new URL(closed.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1])));
    socket.on('error', reject);
  });
}
