import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { itWithTool } from '../../../../test/support/tools.js';
import { GoModError, SubprocessCallError } from '../../../errors/index.js';
import { GoFixture } from './__fixtures__/go-fixture.js';
import type { GoCommand, GoCommandPlace } from './go-command.js';
import { memoryOfGroup } from './memory-watch.js';

const FILES = {
  'go.mod': 'module example.com/a\n\ngo 1.20\n',
  'main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n',
  // Go would list the packages of a program with a profile under names of their own.
  'default.pgo': '',
  'sub/sub.go': 'package sub\n',
  'needy/go.mod': 'module example.com/needy\n\ngo 1.20\n\nrequire example.com/absent v1.0.0\n',
  'needy/needy.go': 'package needy\n\nimport _ "example.com/absent"\n',
  'broken/go.mod': 'module example.com/broken\n\nrequires nothing\n',
};

async function objects<T>(printed: AsyncIterable<unknown>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of printed) all.push(each as T);
  return all;
}

describe('GoCommand', () => {
  let fixture: GoFixture;
  let place: GoCommandPlace;
  beforeEach(async () => {
    fixture = await GoFixture.create(FILES);
    place = { directory: fixture.source, workFile: 'off' };
  });
  afterEach(() => fixture.remove());
  const inside = (directory: string): GoCommandPlace => ({ directory: join(fixture.source, directory), workFile: 'off' });
  const failure = (result: Promise<unknown>): Promise<Error> => result.then(() => new Error('It succeeded'), (error: Error) => error);

  describe('with the real go', () => {
    let go: GoCommand;
    beforeEach(async () => {
      go = fixture.command(await fixture.installed());
    });

    itWithTool('go', 'returns what it prints, and logs what it does', async () => {
      expect(await go.run(['list', '-m'], place)).toBe('example.com/a\n');
      expect(fixture.logged).toEqual([expect.stringMatching(/^go list -m \(Go \d+\.\d+/)]);
    });

    itWithTool('go', 'returns the objects that it prints', async () => {
      const printed = go.json(['list', '-e', '-mod=readonly', '-deps', '-json=ImportPath,Standard', 'all'], place);
      const packages = await objects<{ ImportPath: string; Standard?: boolean }>(printed);
      expect(packages).toContainEqual({ ImportPath: 'fmt', Standard: true });
      expect(packages.slice(-2)).toEqual([{ ImportPath: 'example.com/a' }, { ImportPath: 'example.com/a/sub' }]);
      expect(packages.filter(({ ImportPath }) => ImportPath.includes(' '))).toEqual([]);
    });

    itWithTool('go', 'says in its words why it fails, without paths and addresses of this host', async () => {
      const broken = await failure(go.run(['list', '-m'], inside('broken')));
      expect(broken).toBeInstanceOf(GoModError);
      expect(broken.message).toMatch(/^go list failed: go: errors parsing go\.mod:\n(?:broken\/)?go\.mod:3: unknown directive: requires/);
      const needy = await failure(go.run(['mod', 'tidy'], inside('needy')));
      expect(needy).toBeInstanceOf(GoModError);
      expect(needy.message).toMatch(/^go mod tidy failed: .*the module proxy\/example\.com\/absent\/@v\/v1\.0\.0\./s);
      for (const { message } of [broken, needy]) {
        expect(message).not.toContain(fixture.root);
        expect(message).not.toContain('127.0.0.1');
      }
    });

    itWithTool('go', 'hands over objects before it reports the failure', async () => {
      const printed: unknown[] = [];
      const result = (async () => {
        for await (const each of go.json(['mod', 'download', '-json', 'example.com/absent@v1.0.0'], place)) printed.push(each);
      })();
      expect((await failure(result)).message).toMatch(/^go mod download failed: /);
      expect(printed).toEqual([expect.objectContaining({ Path: 'example.com/absent', Error: expect.anything() })]);
      expect(go.clean((printed[0] as { Error: string }).Error)).toContain('the module proxy/example.com/absent');
    });
  });

  describe('with a script in its place', () => {
    it('throws when it takes too long, and ends all that it has started', async () => {
      const go = fixture.command(await fixture.script(`sleep 1000 & sleep 1000 & echo $$ > ${fixture.root}/group; wait`), { timeout: 2000 });
      const error = await failure(go.run(['list'], place));
      expect(error).toBeInstanceOf(SubprocessCallError);
      expect(error.message).toMatch(/^go list took longer than \d+ seconds and was stopped\.$/);
      await expectNobodyIn(Number(await readFile(join(fixture.root, 'group'), 'utf8')));
    });

    it('ends with the signal, with its reason', async () => {
      const abort = new AbortController();
      const go = fixture.command(await fixture.script(`echo $$ > ${fixture.root}/group; echo '{}'; sleep 1000 & wait`), { signal: abort.signal });
      const printed = go.json(['list'], place);
      expect(await printed.next()).toEqual({ done: false, value: {} });
      abort.abort(new Error('cancelled'));
      await expect(printed.next()).rejects.toThrow('cancelled');
      await expectNobodyIn(Number(await readFile(join(fixture.root, 'group'), 'utf8')));
      await expect(go.run(['list'], place)).rejects.toThrow('cancelled');
    });

    it('ends when nobody reads on', async () => {
      const go = fixture.command(await fixture.script(`echo $$ > ${fixture.root}/group; while :; do echo '{}'; done`));
      for await (const each of go.json(['list'], place)) {
        expect(each).toEqual({});
        break;
      }
      await expectNobodyIn(Number(await readFile(join(fixture.root, 'group'), 'utf8')));
    });

    it('waits for whoever reads slowly', async () => {
      const go = fixture.command(await fixture.script(`head -c 5000000 /dev/zero | tr '\\0' ' '; echo '{}'; echo > ${fixture.root}/done`));
      const printed = go.json(['list'], place);
      // Nothing is read before somebody asks, and pipes hold little.
      const first = printed.next();
      expect(await first).toEqual({ done: false, value: {} });
      expect(await printed.next()).toEqual({ done: true, value: undefined });
    });

    if (process.platform === 'linux') {
      it('throws when all of it takes too much memory', async () => {
        const go = fixture.command(await fixture.script('(head -c 200000000 /dev/zero; sleep 1000) | tail & wait'), { maxMemory: 50_000_000 });
        const error = await failure(go.run(['mod', 'tidy'], place));
        expect(error).toBeInstanceOf(GoModError);
        expect(error.message).toMatch(/^go mod tidy needed more than 50000000 bytes of memory .* CACHITO_GOMOD_MAX_MEMORY\.$/);
      });
    }

    it.each<[string, string, RegExp]>([
      ['fails without a word', 'exit 3', /^go list failed: exit code 3, without a word$/],
      ['is killed', 'kill -9 $$', /^go list was killed by the system of the service\.$/],
      ['prints without end', 'yes', /^go list prints too much\.$/],
      ['complains without end', 'yes bad | head -c 10000000 >&2; echo "the end" >&2; exit 1', /^go list failed: (?:bad\n){11}the end$/],
    ])('says so when it %s', async (_, script, message) => {
      const error = await failure(fixture.command(await fixture.script(script)).run(['list'], place));
      expect(error).toBeInstanceOf(GoModError);
      expect(error.message).toMatch(message);
    });

    it.each<[string, string, RegExp]>([
      ['no JSON', 'echo hello', /^go list prints something unexpected: There is something between the objects\.$/],
      ['half an object', `echo '{"a":'`, /^go list prints something unexpected: The last object is cut off\.$/],
      ['half an object and fails', `echo '{"a":'; echo why >&2; exit 1`, /^go list failed: why$/],
    ])('says so when it prints %s', async (_, script, message) => {
      const error = await failure(objects(fixture.command(await fixture.script(script)).json(['list'], place)));
      expect(error).toBeInstanceOf(GoModError);
      expect(error.message).toMatch(message);
    });

    it('gets no input, and no shell between', async () => {
      const go = fixture.command(await fixture.script('cat; for each; do echo "[$each]"; done'));
      expect(await go.run(['list', '-e', '$(touch x); `y` *'], place)).toBe('[list]\n[-e]\n[$(touch x); `y` *]\n');
    });

    it('says so when it cannot be started', async () => {
      const { goroot, version } = await fixture.script('exit');
      const go = fixture.command({ goroot, version, binary: join(goroot, 'absent') });
      const error = await failure(go.run(['version'], place));
      expect(error).toBeInstanceOf(SubprocessCallError);
      expect(error.message).toBe('go version cannot be started.');
    });
  });
});

async function expectNobodyIn(group: number): Promise<void> {
  expect(group).toBeGreaterThan(1);
  if (process.platform !== 'linux') return;
  // Those who were killed with their parent are reaped by the system when it gets to it.
  for (let tries = 0; tries < 50 && (await memoryOfGroup(group)) > 0; tries++) await setTimeout(100);
  expect(await memoryOfGroup(group)).toBe(0);
}
