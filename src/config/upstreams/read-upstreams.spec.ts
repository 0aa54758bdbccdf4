import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfiguration } from '../load-configuration.js';
import { PUBLIC_REGISTRIES } from './public-registries.js';
import { readUpstreams } from './read-upstreams.js';
import { PUBLIC_UPSTREAMS } from './upstreams.js';

const SECRET = 'hunter2';

describe('readUpstreams', () => {
  let folder: string;
  let ca: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upstreams-'));
    const key = join(folder, 'key.pem');
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=test'];
    ca = execFileSync('openssl', [...args, '-keyout', key], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    mkdirSync(join(folder, 'secrets'));
    const files: Record<string, string | Buffer> = {
      'secrets/token': `  ${SECRET}\n`,
      'secrets/other-token': 'other',
      'secrets/password': 'pass: wörd\r\n',
      'secrets/empty': ' \n',
      'secrets/lines': `${SECRET}\nsecond\n`,
      'secrets/nul': `${SECRET}\0x`,
      'secrets/latin1': Buffer.from([0xff, 0xfe, 0x41]),
      'secrets/spaces': `two ${SECRET}`,
      'secrets/huge': 'x'.repeat(9000),
      'secrets/ca.pem': `Some text\n${ca}\nmore text\n`,
      'secrets/bad.pem': '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function read(text: string): ReturnType<typeof readUpstreams> {
    writeFileSync(join(folder, 'upstreams.yaml'), text);
    return readUpstreams(join(folder, 'upstreams.yaml'));
  }

  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

  it('reads the whole of it', () => {
    const { upstreams, problems } = read(`
npm:
  - url: https://npm.acme.dev/repository/all   # no slash
    scopes: ["@acme", "@acme-labs"]
    token_file: secrets/token
    ca_file: secrets/ca.pem
  - url: https://mirror.acme.dev/
    scopes: ["@open"]
    fallback: next
    username: robot
    password_file: secrets/password
  - url: public
gomod: [{url: "http://athens.acme.dev:3000"}]
pip: [{url: "https://pypi.acme.dev/simple/", token_file: secrets/token}]
git:
  - prefix: https://git.acme.dev/
    mirror: https://git-mirror.acme.dev/all/
    token_file: ${join(folder, 'secrets/token')}
  - prefix: https://git.acme.dev/team/
    netrc: true
  - prefix: ssh://git@git.acme.dev
`);
    expect(problems).toEqual([]);
    expect(upstreams).toEqual({
      npm: [
        { url: 'https://npm.acme.dev/repository/all/', public: false, scopes: ['@acme', '@acme-labs'], fallback: 'never' },
        { url: 'https://mirror.acme.dev/', public: false, scopes: ['@open'], fallback: 'next' },
        { url: PUBLIC_REGISTRIES.npm, public: true, scopes: [], fallback: 'next' },
      ],
      gomod: [{ url: 'http://athens.acme.dev:3000/', public: false, scopes: [], fallback: 'next' }],
      pip: [{ url: 'https://pypi.acme.dev/simple/', public: false, scopes: [], fallback: 'next' }],
      git: [
        { prefix: 'https://git.acme.dev/', mirror: 'https://git-mirror.acme.dev/all/' },
        { prefix: 'https://git.acme.dev/team/', mirror: undefined },
        { prefix: 'ssh://git@git.acme.dev/', mirror: undefined },
      ],
      access: [
        { url: 'https://npm.acme.dev/repository/all/', authorization: `Bearer ${SECRET}`, ca },
        { url: 'https://mirror.acme.dev/', authorization: basic('robot:pass: wörd'), ca: undefined },
        { url: PUBLIC_REGISTRIES.npm, authorization: undefined, ca: undefined },
        { url: 'http://athens.acme.dev:3000/', authorization: undefined, ca: undefined },
        { url: 'https://pypi.acme.dev/simple/', authorization: basic(`__token__:${SECRET}`), ca: undefined },
        { url: 'https://git-mirror.acme.dev/all/', authorization: basic(`oauth2:${SECRET}`), ca: undefined },
        { url: 'https://git.acme.dev/team/', authorization: undefined, ca: undefined },
        { url: 'ssh://git@git.acme.dev/', authorization: undefined, ca: undefined },
        // For the files of the Python index.
        { url: 'https://pypi.acme.dev/', authorization: basic(`__token__:${SECRET}`), ca: undefined },
      ],
    });
  });

  it.each([
    ['JSON', '{"npm": [{"url": "https://npm.acme.dev/", "token_file": "secrets/token"}]}'],
    ['YAML with a byte order mark', '\ufeffnpm:\n- url: https://npm.acme.dev/\n  token_file: secrets/token\n'],
  ])('reads %s, and leaves what it does not name', (_name, text) => {
    const { upstreams, problems } = read(text);
    expect(problems).toEqual([]);
    expect(upstreams).toMatchObject({ npm: [{ url: 'https://npm.acme.dev/', public: false }], access: [{ authorization: `Bearer ${SECRET}` }] });
    expect(upstreams).toMatchObject({ gomod: PUBLIC_UPSTREAMS.gomod, pip: PUBLIC_UPSTREAMS.pip, git: [] });
  });

  it('takes one address with the same credentials from two ecosystems', () => {
    const entry = (key: string): string => `[{${key}: "https://acme.dev/", username: u, password_file: secrets/password}]`;
    const { upstreams, problems } = read(`npm: ${entry('url')}\ngit: ${entry('prefix')}`);
    expect([problems, upstreams.access]).toEqual([[], [{ url: 'https://acme.dev/', authorization: basic('u:pass: wörd'), ca: undefined }]]);
  });

  const npm = (keys: string): string => `npm: [{url: "https://npm.acme.dev/", ${keys}}]`;
  const WRONG: [string, string, RegExp][] = [
    ['nothing', '', /^must hold a map with the keys npm, gomod, pip, git$/],
    ['a list', '- npm', /^must hold a map/],
    ['text', `${SECRET}`, /^must hold a map/],
    ['an unknown ecosystem', 'cargo: []', /^unknown key "cargo"; there are npm, gomod, pip, git$/],
    ['a secret for a key', `"${SECRET}!": []`, /^unknown key \(not shown\)/],
    ['no list', 'npm: https://npm.acme.dev/', /^npm must be a list of at least one entry/],
    ['an empty list', 'git: []', /^git must be a list of at least one entry/],
    ['null', 'pip:', /^pip must be a list/],
    ['no map in the list', 'npm: [{url: public}, public]', /^npm\[1\] must be a map$/],
    ['no url', 'npm: [{scopes: ["@a"]}]', /^npm\[0\]\.url is missing$/],
    ['an unknown key', npm(`token: ${SECRET}`), /^npm\[0\] has an unknown key "token"; there are .*token_file/],
    ['a key of git', npm('mirror: "https://x/"'), /unknown key "mirror"/],
    ['a number as url', 'npm: [{url: 5}]', /^npm\[0\]\.url must be an address that begins with https:\/\/ or http:\/\/$/],
    ['another scheme', 'npm: [{url: "ftp://npm.acme.dev/"}]', /^npm\[0\]\.url must be an address/],
    ['a file', 'npm: [{url: "file:///etc/passwd"}]', /^npm\[0\]\.url must be an address/],
    ['no host', 'npm: [{url: "https:///x"}]', /^npm\[0\]\.url must be an address/],
    ['a space in the url', 'npm: [{url: "https://a b/"}]', /^npm\[0\]\.url must be an address/],
    ['a line feed in the url', 'npm: [{url: "https://a\\n.dev/"}]', /^npm\[0\]\.url must be an address/],
    ['credentials in the url', `npm: [{url: "https://u:${SECRET}@npm.acme.dev/"}]`, /^npm\[0\]\.url must hold no user name or password/],
    ['a token in the url', `npm: [{url: "https://${SECRET}@npm.acme.dev/"}]`, /^npm\[0\]\.url must hold no user name/],
    ['a query', `npm: [{url: "https://npm.acme.dev/?t=${SECRET}"}]`, /^npm\[0\]\.url must have no query/],
    ['a fragment', 'npm: [{url: "https://npm.acme.dev/#"}]', /^npm\[0\]\.url must have no query/],
    ['public for git', 'git: [{prefix: public}]', /^git\[0\]\.prefix must be an address that begins with https:\/\/ or http:\/\/ or ssh:\/\//],
    ['an scp-like prefix', 'git: [{prefix: "git@host:team"}]', /^git\[0\]\.prefix must be an address/],
    ['a wrong mirror', 'git: [{prefix: "https://a/", mirror: "b"}]', /^git\[0\]\.mirror must be an address/],
    ['no prefix', 'git: [{mirror: "https://a/"}]', /^git\[0\]\.prefix is missing$/],
    ['a token over ssh', 'git: [{prefix: "ssh://git@a/", token_file: secrets/token}]', /^git\[0\] has token_file, but ssh uses the keys/],
    ['the same url twice', 'npm: [{url: "https://a"}, {url: public}, {url: "https://A/"}]', /^npm\[2\]\.url is the same as npm\[0\]\.url$/],
    ['the same prefix twice', 'git: [{prefix: "https://a/"}, {prefix: "https://a"}]', /^git\[1\]\.prefix is the same as git\[0\]\.prefix$/],
    [
      'two tokens for one address',
      'npm: [{url: "https://a/", token_file: secrets/token}]\npip: [{url: "https://a/", token_file: secrets/token}]',
      /^pip\[0\] has other credentials or certificates than npm\[0\], which has the same address$/,
    ],
    ['scopes that are none', npm('scopes: "@acme"'), /^npm\[0\]\.scopes must be a list of at least one text$/],
    ['no scopes', npm('scopes: []'), /^npm\[0\]\.scopes must be a list of at least one/],
    ['a scope without @', npm('scopes: [acme]'), /^npm\[0\]\.scopes must be a list of scopes like "@acme"$/],
    ['a scope with a slash', npm('scopes: ["@acme/x"]'), /^npm\[0\]\.scopes must be a list of scopes/],
    ['a module prefix with a space', 'gomod: [{url: "https://a/", scopes: ["a b"]}]', /^gomod\[0\]\.scopes must be a list of module prefixes/],
    ['a fallback', npm('fallback: always'), /^npm\[0\]\.fallback must be one of never, next$/],
    ['a fallback of git', 'git: [{prefix: "https://a/", fallback: next}]', /^git\[0\] has an unknown key "fallback"/],
    ['netrc off', npm('netrc: false'), /^npm\[0\]\.netrc must be true, or be left out$/],
    ['a token file that is no text', npm('token_file: 5'), /^npm\[0\]\.token_file must be text$/],
    ['the token itself', npm(`token_file: npm_${SECRET}`), /^npm\[0\]\.token_file cannot be read \(ENOENT\)$/],
    ['a folder', npm('token_file: secrets'), /^npm\[0\]\.token_file must name a file$/],
    ['NUL in a name', npm('token_file: "a\\0b"'), /^npm\[0\]\.token_file cannot be read/],
    ['an empty secret', npm('token_file: secrets/empty'), /^npm\[0\]\.token_file must name a file that is not empty$/],
    ['two lines', npm('token_file: secrets/lines'), /^npm\[0\]\.token_file must name a file with one line$/],
    ['control characters', npm('token_file: secrets/nul'), /^npm\[0\]\.token_file must name a file without control characters$/],
    ['another encoding', npm('token_file: secrets/latin1'), /^npm\[0\]\.token_file must name a text in UTF-8$/],
    ['a token with spaces', npm('token_file: secrets/spaces'), /^npm\[0\]\.token_file must name a file with a token/],
    ['a huge secret', npm('token_file: secrets/huge'), /^npm\[0\]\.token_file must name a file of at most 8192 bytes$/],
    ['token and password', npm('token_file: secrets/token, username: u, password_file: secrets/password'), /^npm\[0\] has token_file and password_file; one/],
    ['token and netrc', npm('token_file: secrets/token, netrc: true'), /^npm\[0\] has token_file and netrc; one of them is enough$/],
    ['a user alone', npm('username: u'), /^npm\[0\] must have username and password_file together$/],
    ['a password alone', npm('password_file: secrets/password'), /^npm\[0\] must have username and password_file together$/],
    ['a colon in a user', npm('username: "u:v", password_file: secrets/password'), /^npm\[0\]\.username must have no colon/],
    ['no certificate', npm('ca_file: secrets/token'), /^npm\[0\]\.ca_file must name a file of certificates \(PEM\)$/],
    ['a broken certificate', npm('ca_file: secrets/bad.pem'), /^npm\[0\]\.ca_file must name a file of certificates/],
    ['a key for a certificate', npm('ca_file: key.pem'), /^npm\[0\]\.ca_file must name a file of certificates/],
    ['certificates for http', 'npm: [{url: "http://a/", ca_file: secrets/ca.pem}]', /^npm\[0\]\.ca_file is for https addresses only$/],
  ];
  const HOSTILE: [string, string, RegExp][] = [
    ['an alias', 'npm: &a [{url: public}]\npip: *a', /^line 2, column 6: aliases are not allowed$/],
    ['aliases that multiply', bomb(), /aliases are not allowed$/],
    ['a merge of an alias', 'a: &a {url: public}\nnpm: [{<<: *a}]', /aliases are not allowed$/],
    ['a merge key', 'npm: [{<<: {url: public}}]', /^npm\[0\]\.url is missing$/],
    ['a duplicate key', 'npm: [{url: public}]\nnpm: [{url: "https://evil/"}]', /^line 2, column 1: this key is there already$/],
    ['a duplicate key in JSON', '{"npm": [{"url": "public", "url": "https://evil/"}]}', /: this key is there already$/],
    ['a tag', 'npm: !!js/function "x"', /tags are not allowed$/],
    ['a local tag', 'npm: [!env {url: public}]', /tags are not allowed$/],
    ['a binary', 'npm: [{url: !!binary aHR0cHM6Ly9h}]', /tags are not allowed$/],
    ['a key that is a map', '? {a: b}\n: c', /line 1, column 3: a key must be plain text$/],
    ['two documents', `npm: [{url: public}]\n---\nsecret: ${SECRET}`, /a second document begins$/],
    ['broken YAML around a secret', `npm: [{url: "${SECRET}`, /^line 1, column \d+: this is no valid YAML$/],
    ['tabs', 'npm:\n\t- url: public', /^line 2, column 1: /],
    ['depth', '['.repeat(30_000), /nested too deeply|no valid YAML/],
    ['size', `# ${'x'.repeat(70_000)}`, /must name a file of at most 65536 bytes/],
    ['a prototype', '__proto__: {npm: 1}', /^unknown key "__proto__"/],
    ['a constructor', 'npm: [{constructor: 1, url: public}]', /^npm\[0\] has an unknown key "constructor"/],
  ];
  it.each([...WRONG, ...HOSTILE])('refuses %s', (_name, text, message) => {
    const { problems } = read(text);
    expect(problems).toContainEqual(expect.stringMatching(message));
    expect(problems.join('\n')).not.toContain(SECRET);
  });

  it('tells everything at once, and stops the start', () => {
    writeFileSync(join(folder, 'upstreams.yaml'), 'npm: [{url: 1, x: 2}]\ngit: [{}]');
    const file = join(folder, 'upstreams.yaml');
    expect(() => loadConfiguration({ HOME: '/home/ada', CACHITO_UPSTREAMS_FILE: file }, [])).toThrow(
      expect.objectContaining({
        problems: [
          `CACHITO_UPSTREAMS_FILE (${file}): npm[0].url must be an address that begins with https:// or http://`,
          expect.stringMatching(/npm\[0\] has an unknown key "x"/),
          expect.stringMatching(/git\[0\]\.prefix is missing/),
        ],
      }),
    );
  });

  it.each(['/', '/nonexistent/file', '/dev/zero', '\0'])('says that %j cannot be read', (file) => {
    expect(readUpstreams(file).problems).toEqual([expect.stringMatching(/^(cannot be read|must name a file)/)]);
  });

  it('survives any document', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.dictionary(fc.constantFrom('npm', 'git', 'pip'), fc.array(fc.object())).map((value) => JSON.stringify(value))), (text) => {
        read(text);
      }),
      { numRuns: 500 },
    );
  });
});

/** Ten levels of ten aliases each. */
function bomb(): string {
  const levels = Array.from({ length: 10 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(10)}]`);
  return ['l0: &l0 x', ...levels].join('\n');
}
