import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { itWithTool } from '../../../../test/support/tools.js';
import { GoFixture } from './__fixtures__/go-fixture.js';
import { goEnvironment } from './go-environment.js';

const OPTIONS = {
  scratch: '/scratch',
  goModCache: '/scratch/mod',
  proxy: 'http://127.0.0.1:9/',
  privateModules: ['go.acme.dev', 'git.acme.dev/team'],
  cgo: true,
  maxMemory: 1000,
  directory: '/source/sub',
  workFile: '/source/go.work',
};

function environment(version: string) {
  return goEnvironment({ ...OPTIONS, toolchain: { version, goroot: '/go' } });
}

describe('goEnvironment', () => {
  it('inherits nothing', () => {
    expect(environment('1.26.8')).toMatchObject({
      PATH: '/go/bin',
      PWD: '/source/sub',
      HOME: '/scratch/home',
      TMPDIR: '/scratch/temporary',
      GOPROXY: 'http://127.0.0.1:9/',
      GONOSUMDB: 'go.acme.dev,git.acme.dev/team',
      GOWORK: '/source/go.work',
      GOMEMLIMIT: '800',
      CGO_ENABLED: '1',
    });
    expect(Object.keys(environment('1.26.8')).filter((name) => /proxy/i.test(name)).sort()).toEqual(['GONOPROXY', 'GOPROXY', 'NO_PROXY']);
    expect(goEnvironment({ ...OPTIONS, cgo: false, toolchain: { version: '1.26.8', goroot: '/go' } }).CGO_ENABLED).toBe('0');
  });

  it.each([
    ['1.19', '-modcacherw'],
    ['1.20.14', '-modcacherw'],
    ['1.21.0', '-modcacherw -pgo=off'],
    ['1.26.8', '-modcacherw -pgo=off'],
  ])('gives Go %s only flags that it knows: %s', (version, flags) => {
    expect(environment(version).GOFLAGS).toBe(flags);
  });
});

describe('The environment, as go sees it', () => {
  const inherited = { ...process.env };
  let fixture: GoFixture;
  beforeEach(async () => {
    fixture = await GoFixture.create({ 'go.mod': 'module example.com/a\n\ngo 1.20\n', 'a.go': 'package a\n' });
  });
  afterEach(async () => {
    process.env = { ...inherited };
    await fixture.remove();
  });

  itWithTool('go', 'is what it is meant to be, whatever the service has', async () => {
    const toolchain = await fixture.installed();
    Object.assign(process.env, {
      GOPROXY: 'direct',
      GOFLAGS: '-toolexec=/bin/false',
      GOSUMDB: 'off',
      GOPRIVATE: '*',
      GOVCS: '*:all',
      GOINSECURE: '*',
      GOTOOLCHAIN: 'auto',
      GOENV: '/dev/null',
      GOROOT: '/nonexistent',
      HTTP_PROXY: 'http://192.0.2.1/',
      GOOS: 'plan9',
      CGO_CFLAGS: '-O9',
      GIT_SSH_COMMAND: '/bin/false',
    });
    const place = { directory: fixture.source, workFile: 'off' };
    const go = fixture.command(toolchain, { privateModules: ['go.acme.dev'], maxMemory: 2 ** 31 });
    const seen = JSON.parse(await go.run(['env', '-json'], place)) as Record<string, string>;
    expect(seen).toMatchObject({
      GOPROXY: 'http://127.0.0.1:9/',
      GOFLAGS: '-modcacherw -pgo=off',
      GOSUMDB: 'sum.golang.org',
      GOPRIVATE: '',
      GONOSUMDB: 'go.acme.dev',
      GONOPROXY: 'none',
      GOVCS: '*:off',
      GOINSECURE: '',
      GOTOOLCHAIN: 'local',
      GOROOT: toolchain.goroot,
      GOOS: process.platform,
      GOWORK: 'off',
      GO111MODULE: 'on',
      CGO_ENABLED: '1',
      GOPATH: join(fixture.scratch, 'gopath'),
      GOMODCACHE: join(fixture.scratch, 'mod'),
      GOCACHE: join(fixture.scratch, 'build'),
      GOMOD: join(fixture.source, 'go.mod'),
    });
    expect(seen.CGO_CFLAGS).not.toContain('-O9');
    if (seen.GOTELEMETRY !== undefined) expect(seen.GOTELEMETRY).toBe('off');
  });

  itWithTool('go', 'leaves nothing behind', async () => {
    const go = fixture.command(await fixture.installed());
    const place = { directory: fixture.source, workFile: 'off' };
    expect(await go.run(['list', '-deps', '-json=ImportPath', './...'], place)).toContain('example.com/a');
    const files = (await readdir(fixture.scratch, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    expect(files.map(({ name }) => name)).toEqual(['mode']);
    expect((await readdir(fixture.source)).sort()).toEqual(['a.go', 'go.mod']);
  });
});
