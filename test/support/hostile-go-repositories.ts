import type { FileSpec } from './git-repository.js';

/** A repository that means no good, and what becomes of a request for it. */
export interface HostileGoRepository {
  files: Record<string, FileSpec>;
  tags?: string[];
  flags?: string[];
  paths?: string[];
  replacements?: object[];
  /** Who can mend it; the client unless given. Proxies disagree on the status of what does not exist. */
  origin?: 'server' | 'whoever';
  /** What the reason of its failure says; undefined = it is complete, since it does no harm. */
  refused?: RegExp;
  /** Expected version of the main module when it is complete. */
  version?: RegExp;
}

const MOD = 'module example.org/hostile\n\ngo 1.21\n';
const MAIN = 'package main\n\nfunc main() {}\n';
const mod = (rest: string, more: Record<string, FileSpec> = {}): Record<string, FileSpec> => ({
  'go.mod': `${MOD}${rest}\n`,
  'main.go': MAIN,
  ...more,
});
const work = (text: string): Record<string, FileSpec> => mod('', { 'go.work': `go 1.21\n\n${text}\n` });
const vendored = (text: string | Buffer): Record<string, FileSpec> => mod('', { 'vendor/modules.txt': text });
const OUT = /leads out of the repository/;
const ABSOLUTE = /absolute path/;
const WRONG = /go\.mod/;
const PSEUDO = /^v0\.0\.0-\d{14}-[0-9a-f]{12}$/;

export const HOSTILE_GO_REPOSITORIES: Record<string, HostileGoRepository> = {
  'replace: a path out of the repository': { files: mod('replace a.dev/x => ../../../../etc'), refused: OUT },
  'replace: out by way of a directory': { files: mod('replace a.dev/x => ./lib/../../out'), refused: OUT },
  'replace: an absolute path': { files: mod('replace a.dev/x => /etc'), refused: ABSOLUTE },
  'replace: a drive': { files: mod('replace a.dev/x => C:/windows'), refused: /absolute path|malformed|go\.mod/ },
  'replace: a quoted path out': { files: mod('replace a.dev/x => "../../out"'), refused: OUT },
  'replace: in a block': { files: mod('replace (\n\ta.dev/x v1.0.0 => ../../out\n)'), refused: OUT },
  'replace: a link that leads out': {
    files: mod('replace a.dev/x => ./out', { out: { link: '../../..' } }),
    refused: /leads out of the repository/,
  },
  'replace: links in a circle': {
    files: mod('replace a.dev/x => ./one', { one: { link: 'two' }, two: { link: 'one' } }),
    refused: /symbolic link/,
  },
  'replace: a module path with dots': { files: mod('replace ../x => a.dev/x v1.0.0'), refused: WRONG },
  'require: a path with dots': { files: mod('require a.dev/../../x v1.0.0'), refused: WRONG },
  'require: a path that begins with a dash': { files: mod('require -flag/x v1.0.0'), refused: WRONG },
  'require: a version that is a path': { files: mod('require a.dev/x ../../v1.0.0'), refused: WRONG },
  'require: an address': { files: mod('require https://a.dev/x v1.0.0'), refused: WRONG },
  'require: a path with a control character': { files: mod('require a.dev/x\u0001y v1.0.0'), refused: WRONG },
  'require: a branch': { files: mod('require a.dev/x master'), refused: WRONG },
  'module: no path': { files: { 'go.mod': 'go 1.21\n', 'main.go': MAIN }, refused: WRONG },
  'module: two paths': { files: mod('module example.org/other'), refused: WRONG },
  'module: dots': { files: { 'go.mod': 'module ../../x\n', 'main.go': MAIN }, refused: WRONG },
  'module: __proto__': { files: { 'go.mod': 'module __proto__\n\ngo 1.21\n', 'main.go': MAIN }, version: PSEUDO },
  'module: that of the toolchains': {
    files: { 'go.mod': 'module golang.org/toolchain\n\ngo 1.21\n', 'main.go': MAIN },
    version: PSEUDO,
  },
  'go.mod: no text': { files: { 'go.mod': Buffer.from([0xff, 0xfe, 0, 1]), 'main.go': MAIN }, refused: WRONG },
  'go.mod: an open block': { files: mod('require ('), refused: WRONG },
  'go.mod: an open quote': { files: mod('require "a.dev/x v1.0.0'), refused: WRONG },
  'go.mod: a hundred thousand brackets': { files: mod('('.repeat(100_000)), refused: WRONG },
  'go.mod: five megabytes': { files: mod(`// ${'x'.repeat(5_000_000)}`), refused: /go\.mod.*larger/ },
  'go.mod: a directory': { files: { 'go.mod/x': 'x', 'main.go': MAIN }, refused: /no go\.mod/, origin: 'server' },
  'go.mod: a link that leads out': {
    files: { 'go.mod': { link: '../../../etc/passwd' }, 'main.go': MAIN },
    refused: /leads out of the repository/,
  },
  'go: a version that does not exist': { files: { 'go.mod': 'module a.dev/x\n\ngo 1.9999\n', 'main.go': MAIN }, refused: /1\.9999/, origin: 'whoever' },
  'go: an absurd number': {
    files: { 'go.mod': `module a.dev/x\n\ngo 1.${'9'.repeat(5_000)}\n`, 'main.go': MAIN },
    refused: /go\.mod|Go 1\.9/,
  },
  'go: a path': { files: { 'go.mod': 'module a.dev/x\n\ngo ../../bin\n', 'main.go': MAIN }, refused: WRONG },
  'toolchain: a path': { files: mod('toolchain ../../bin/sh'), refused: WRONG },
  'toolchain: of somebody else': { files: mod('toolchain go1.99.0-evil'), refused: /1\.99/, origin: 'whoever' },
  'toolchain: a command line': { files: mod('toolchain go1.22.0;id'), refused: WRONG },
  'go.work: a member out of the repository': { files: work('use ../../..'), refused: OUT },
  'go.work: an absolute member': { files: work('use /tmp'), refused: ABSOLUTE },
  'go.work: a replacement out of the repository': { files: work('use .\n\nreplace a.dev/x => ../..'), refused: OUT },
  'go.work: a member whose go.mod leads out': {
    files: { ...work('use (\n\t.\n\t./b\n)'), 'b/go.mod': 'module b.dev/b\n\nreplace a.dev/x => ../../out\n' },
    refused: OUT,
  },
  'go.work: without the module': { files: { ...work('use ./b'), 'b/go.mod': 'module b.dev/b\n\ngo 1.21\n' }, refused: /go\.work/ },
  'go.work: an open block': { files: work('use ('), refused: /go\.work/ },
  'go.work: no text': { files: mod('', { 'go.work': Buffer.from([0, 0xff, 0xfe]) }), refused: /go\.work/ },
  'go.sum: no sums': { files: mod('', { 'go.sum': 'a b\n' }), refused: /go\.sum/ },
  'go.sum: a malformed digest': { files: mod('', { 'go.sum': 'a.dev/x v1.0.0 h1:###\n' }), refused: /go\.sum/ },
  'go.sum: a path with dots': { files: mod('', { 'go.sum': `../../x v1.0.0 h1:${'A'.repeat(43)}=\n` }), version: PSEUDO },
  'go.sum: an unknown kind of digest': { files: mod('', { 'go.sum': 'a.dev/x v1.0.0 h2:abc\n' }), version: PSEUDO },
  'modules.txt: without a module': {
    files: vendored('a.dev/x/y\n'),
    flags: ['gomod-vendor-check'],
    refused: /vendor/,
  },
  'modules.txt: modules that go.mod does not have': {
    files: vendored('# ../../x v1.0.0\n## explicit\n../../x\n'),
    flags: ['gomod-vendor-check'],
    refused: /vendor/,
  },
  'modules.txt: no text, and vendoring may change it': {
    files: vendored(Buffer.from([0, 0xff, 0xfe])),
    flags: ['gomod-vendor'],
    version: PSEUDO,
  },
  'vendor: a link that leads out': {
    files: mod('', { vendor: { link: '../../../../tmp' } }),
    flags: ['gomod-vendor'],
    refused: /leads out of the repository/,
  },
  'vendor: a link into the repository': {
    files: mod('', { vendor: { link: 'lib' }, 'lib/lib.go': 'package lib\n' }),
    flags: ['gomod-vendor'],
    version: PSEUDO,
  },
  'tags: options, dots, absurd numbers': {
    files: mod(''),
    tags: ['--upload-pack=id', 'v1.2.3.4', 'v01.2.3', `v1.${'9'.repeat(100)}.0`, 'v1.0.0-$(id)', 'v1.0.0+x', 'v2.0.0', 'sub/v1.0.0'],
    version: /^v(1\.9{100}\.0|0\.0\.0-\d{14}-[0-9a-f]{12})$/,
  },
  'files: instructions for compiler and linker': {
    files: mod('', {
      'main.go': 'package main\n\n// #cgo LDFLAGS: -Wl,-rpath=/tmp -fplugin=/tmp/x.so\n// #cgo pkg-config: --evil\nimport "C"\n\nfunc main() {}\n',
    }),
    version: PSEUDO,
  },
  'files: generate and embed': {
    files: mod('', {
      'main.go': 'package main\n\nimport _ "embed"\n\n//go:generate touch /tmp/cachito-was-here\n\n//go:embed ../../../../etc/passwd\nvar text string\n\nfunc main() {}\n',
    }),
    version: PSEUDO,
  },
  'files: not Go at all': { files: mod('', { 'main.go': Buffer.alloc(100_000, 0xff) }), version: PSEUDO },
  'files: settings of go': {
    files: mod('', { 'go.env': 'GOFLAGS=-toolexec=/bin/false\nGOPROXY=http://127.0.0.1:9/\n', '.netrc': 'machine x login y password z' }),
    version: PSEUDO,
  },
  'imports: a package of a host that nobody serves': {
    files: mod('', { 'main.go': 'package main\n\nimport _ "127.0.0.1/x"\n\nfunc main() {}\n' }),
    version: PSEUDO,
  },
  'a circle of modules': {
    files: {
      ...mod('require b.dev/b v0.0.0\n\nreplace b.dev/b => ./b'),
      'main.go': 'package main\n\nimport _ "b.dev/b"\n\nfunc main() {}\n',
      'b/go.mod': 'module b.dev/b\n\ngo 1.21\n\nrequire example.org/hostile v0.0.0\n',
      'b/b.go': 'package b\n',
    },
    version: PSEUDO,
  },
  'a replaced module that leads out itself': {
    files: {
      ...mod('require b.dev/b v0.0.0\n\nreplace b.dev/b => ./b'),
      'main.go': 'package main\n\nimport _ "b.dev/b"\n\nfunc main() {}\n',
      'b/go.mod': 'module b.dev/b\n\ngo 1.21\n\nreplace c.dev/c => ../../../out\n',
      'b/b.go': 'package b\n',
    },
    version: PSEUDO,
  },
  'paths: one without go.mod': { files: mod(''), paths: ['.', 'lib'], refused: /no lib\/go\.mod/, origin: 'server' },
  'replacements: an option': {
    files: mod(''),
    replacements: [{ type: 'gomod', name: '-mod=mod', version: 'v1.0.0' }],
    refused: /path of a Go module/,
  },
  'replacements: a local path': {
    files: mod(''),
    replacements: [{ type: 'gomod', name: 'a.dev/x', version: 'v1.0.0', new_name: '../../out' }],
    refused: /path of a Go module/,
  },
  'replacements: a version that is a path': {
    files: mod(''),
    replacements: [{ type: 'gomod', name: 'a.dev/x', version: '../v1' }],
    refused: /version of a Go module/,
  },
};
