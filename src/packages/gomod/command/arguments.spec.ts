import { describe, expect, it } from '@jest/globals';
import { GoModError } from '../../../errors/index.js';
import { checkArguments, commandName } from './arguments.js';

describe('checkArguments', () => {
  it.each<[string, string[]]>([
    ['go mod edit', ['mod', 'edit', '-replace=example.com/a=example.com/b@v1.0.0']],
    ['go mod download', ['mod', 'download', '-json']],
    ['go mod graph', ['mod', 'graph']],
    ['go mod vendor', ['mod', 'vendor']],
    ['go mod tidy', ['mod', 'tidy']],
    ['go work vendor', ['work', 'vendor']],
    ['go work sync', ['work', 'sync']],
    ['go list', ['list', '-e', '-mod=readonly', '-deps', '-json=ImportPath,Module,Standard,Deps', 'all']],
    ['go list', ['list', '-e', '-m', '-json']],
    ['go env', ['env', '-json', 'GOWORK']],
    ['go version', ['version']],
    ['go clean', ['clean', '-modcache']],
  ])('lets %s %j pass', (name, args) => {
    expect(() => checkArguments(args)).not.toThrow();
    expect(commandName(args)).toBe(name);
  });

  it.each([
    [[]],
    [['build', './...']],
    [['test', './...']],
    [['run', '.']],
    [['generate', './...']],
    [['get', 'example.com/a']],
    [['install', 'example.com/a@latest']],
    [['tool', 'compile']],
    [['vet', './...']],
    [['mod']],
    [['mod', 'init']],
    [['mod', 'verify']],
    [['mod', 'graph', '-x']],
    [['work', 'use', '/']],
    [['telemetry', 'on']],
    [['-C', '/', 'list']],
    [['list', '-toolexec=/bin/sh', 'all']],
    [['list', '--toolexec=/bin/sh', 'all']],
    [['list', '-toolexec', '/bin/sh', 'all']],
    [['list', '-exec=/bin/sh', 'all']],
    [['list', '-overlay=/etc/passwd', 'all']],
    [['list', '-modfile=/etc/passwd', 'all']],
    [['list', '-export', 'all']],
    [['list', '-compiled', 'all']],
    [['list', '-C=/', 'all']],
    [['list', '-mod', '-toolexec=/bin/sh', 'all']],
    [['list', '-mod', 'mod', 'all']],
    [['list', 'all', '-json=Deps', '-x']],
    [['list', '--', '-x']],
    [['mod', 'download', '-x@v1.0.0']],
    [['mod', 'vendor', '-o=/tmp']],
    [['env', '-w', 'GOFLAGS=-toolexec=/bin/sh']],
    [['clean', '-cache']],
    [['clean', '-i', '-r']],
  ])('refuses %j', (args) => {
    expect(() => checkArguments(args)).toThrow(GoModError);
  });
});
