import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { GitRepository } from '../../../../test/support/git-repository.js';
import { itWithTool } from '../../../../test/support/tools.js';
import type { VersionTag } from '../../../source/index.js';
import { moduleVersion } from './module-version.js';

const COMMIT = { id: '0123456789abcdef0123456789abcdef01234567', time: Date.UTC(2024, 1, 29, 3, 4, 5) / 1000 };
const REVISION = '20240229030405-0123456789ab';
const KITE = 'github.com/acme/kite';

interface VersionCase {
  /** Behind the path of the repository. */
  path: string;
  directory: string;
  /** Tags of the commit before, and of the commit itself. */
  before: string[];
  here: string[];
  expected: string;
}

const row = (path: string, directory: string, before: string, here: string, expected: string): VersionCase => ({
  path,
  directory,
  before: words(before),
  here: words(here),
  expected: expected.replace('…', REVISION),
});
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Path behind that of the repository, directory, tags of the commit before, tags of the commit, version. */
const AS_GO: VersionCase[] = [
  // The table of the specification.
  row('/v2', '.', '', 'v2.2.0 v1.9.0', 'v2.2.0'),
  row('', '.', 'v1.0.0', 'v2.0.0', 'v1.0.1-0.…'),
  row('/sub', 'sub', '', 'sub/v1.4.0', 'v1.4.0'),
  row('/v2', '.', 'v2.5.0', 'v2.0.1', 'v2.0.1'),
  // Without a usable tag.
  row('', '.', '', '', 'v0.0.0-…'),
  row('/v3', '.', '', '', 'v3.0.0-…'),
  row('/v3', '.', 'v2.1.0', 'v1.0.0', 'v3.0.0-…'),
  row('/sub', 'sub', 'v1.0.0', 'v1.1.0', 'v0.0.0-…'),
  row('', '.', 'sub/v1.0.0', 'sub/v1.1.0', 'v0.0.0-…'),
  // Major versions 0 and 1.
  row('', '.', '', 'v0.9.0 v1.0.0', 'v1.0.0'),
  row('', '.', 'v1.2.0', 'v0.3.0', 'v0.3.0'),
  row('', '.', 'v0.1.0 v0.9.0 v0.10.0', '', 'v0.10.1-0.…'),
  row('', '.', 'v1.9.0 v1.10.0', '', 'v1.10.1-0.…'),
  row('', '.', 'v1.0.99', '', 'v1.0.100-0.…'),
  row('', '.', '', 'v0.9.0 v1.0.0-alpha', 'v1.0.0-alpha'),
  row('', '.', 'v2.0.0 v3.1.0', '', 'v0.0.0-…'),
  // Pre-releases.
  row('', '.', '', 'v1.2.0-rc.1 v1.2.0-rc.10 v1.2.0-rc.9', 'v1.2.0-rc.10'),
  row('', '.', '', 'v1.2.0-rc.1 v1.2.0', 'v1.2.0'),
  row('', '.', 'v1.2.0-rc.1', '', 'v1.2.0-rc.1.0.…'),
  row('', '.', 'v1.2.0-rc.1 v1.1.9', '', 'v1.2.0-rc.1.0.…'),
  row('', '.', 'v1.0.0-0', '', 'v1.0.0-0.0.…'),
  row('', '.', 'v1.0.0-alpha.beta v1.0.0-alpha.1 v1.0.0-alpha', '', 'v1.0.0-alpha.beta.0.…'),
  // What is no canonical version.
  row('', '.', '', 'v1 v1.2 1.2.3 v1.2.3.4 v01.2.3 v1.02.3 v1.2.3- v1.2.3-01 release-1 V1.2.3', 'v0.0.0-…'),
  row('', '.', '', 'v1.2.3+meta', 'v1.2.4-0.…'),
  row('', '.', '', 'v1.2.3+meta v1.0.0', 'v1.0.0'),
  row('', '.', 'v1.2.3-rc+meta', '', 'v1.2.3-rc.0.…'),
  row('', '.', '', 'v2.0.0+incompatible', 'v0.0.0-…'),
  row('', '.', 'v1.0.0', 'v1.0.1-0.20200101000000-abcdefabcdef', 'v1.0.1-0.…'),
  row('', '.', '', 'v0.0.0-20200101000000-abcdefabcdef', 'v0.0.0-…'),
  row('', '.', '', 'v1.0.0-rc.0.20200101000000-abcdefabcdef', 'v0.0.0-…'),
  row('', '.', '', 'v1.0.1-20200101000000-abcdefabcdef', 'v1.0.1-20200101000000-abcdefabcdef'),
  // Directories.
  row('/sub', 'sub', 'sub/v0.3.0 v0.9.0', '', 'v0.3.1-0.…'),
  row('/a/b', 'a/b', 'a/v1.5.0', 'a/b/v1.2.0 b/v1.9.0', 'v1.2.0'),
  row('/sub/v2', 'sub', 'sub/v2.0.0', 'sub/v1.4.0', 'v2.0.1-0.…'),
  row('/sub/v2', 'sub/v2', 'sub/v2/v2.9.0', 'sub/v2.1.0', 'v2.1.0'),
  row('/sub/v2', 'sub/v2', 'sub/v2.1.0', 'sub/v2/v2.9.0', 'v2.1.1-0.…'),
  row('/v2', 'v2', '', 'v2.3.0 v2/v2.4.0', 'v2.3.0'),
  row('/v2', 'v2', 'v1.0.0', '', 'v2.0.0-…'),
  row('/api/v2/v2', 'api/v2', '', 'api/v2/v2.1.0 api/v2.5.0', 'v2.1.0'),
  row('/api/v2/v2', 'api/v2/v2', '', 'api/v2/v2.1.0 api/v2.5.0', 'v2.1.0'),
  row('/v20', 'v20', '', 'v20.0.1 v2.0.0', 'v20.0.1'),
];

/** Paths that are served from elsewhere, and where this departs from Go: whole path, directory, before, here, version. */
const OTHERS: VersionCase[] = [
  row('gopkg.in/yaml.v2', '.', '', 'v2.2.0 v3.0.0 v1.0.0', 'v2.2.0'),
  row('gopkg.in/yaml.v2', '.', 'v2.1.0', 'v3.0.0', 'v2.1.1-0.…'),
  row('gopkg.in/yaml.v3', '.', '', 'v2.2.0', 'v3.0.0-…'),
  row('gopkg.in/check.v1', '.', '', 'v0.9.0', 'v1.0.0-…'),
  row('gopkg.in/early.v0', '.', '', 'v0.9.0 v1.0.0', 'v0.9.0'),
  row('gopkg.in/acme/bakery.v2-unstable', '.', '', 'v2.1.0', 'v2.1.0'),
  row('kite.example.org/v4', '.', '', 'v4.1.0', 'v4.1.0'),
  row('kite', '.', '', 'v1.1.0', 'v1.1.0'),
  row('example.org/kite/v1', '.', '', 'v1.1.0', 'v1.1.0'),
  row('example.org/kite/v1', 'v1', '', 'v1/v1.1.0 v1.2.0', 'v1.1.0'),
  row('example.org/kite/v02', '.', '', 'v2.1.0 v0.1.0', 'v0.1.0'),
  row('example.org/renamed/v2', 'moved/here', '', 'moved/here/v2.1.0', 'v2.1.0'),
  // Go overlooks that this is a pseudo-version, because of the directory.
  row('example.org/kite/sub', 'sub', '', 'sub/v1.0.1-0.20200101000000-abcdefabcdef', 'v0.0.0-…'),
];

const named = (cases: VersionCase[], root: string): [string, VersionCase][] =>
  cases.map(({ path, ...rest }) => {
    const place = rest.directory === '.' ? '' : ` in ${rest.directory}`;
    return [`${root}${path}${place}: [${rest.before.join(', ')}] then [${rest.here.join(', ')}]`, { path: root + path, ...rest }];
  });

const tagged = (names: readonly string[], here: boolean): VersionTag[] => names.map((name) => ({ name, here }));

describe('the version of a module of the source', () => {
  it.each([...named(AS_GO, KITE), ...named(OTHERS, '')])('%s', (_name, { path, directory, before, here, expected }) => {
    const tags = [...tagged(before, false), ...tagged(here, true)];
    expect(moduleVersion({ path, directory }, tags, COMMIT)).toBe(expected);
    expect(moduleVersion({ path, directory }, tags.reverse(), COMMIT)).toBe(expected);
  });

  it.each([
    ['before 1970', -1, '19700101000000'],
    ['long after us', 1e300, '99991231235959'],
    ['at the turn of a year', 946_684_799, '19991231235959'],
  ])('has fourteen digits for a commit %s', (_name, time, digits) => {
    expect(moduleVersion({ path: KITE, directory: '.' }, [], { ...COMMIT, time })).toBe(`v0.0.0-${digits}-0123456789ab`);
  });

  itWithTool('go', 'is what Go says of the same repositories', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'module-version-'));
    try {
      const asked = await Promise.all(AS_GO.map((versionCase, at) => repositoryOf(directory, versionCase, at)));
      expect(await versionsByGo(directory, asked)).toEqual(asked.map(({ expected }) => expected));
    } finally {
      await execa('chmod', ['-R', 'u+w', directory]);
      await rm(directory, { recursive: true });
    }
  });
});

/** Builds it as `github.com/acme/kite<at>`; returns what to ask Go for, and what it should say. */
async function repositoryOf(
  parent: string,
  { path, directory, before, here, expected }: VersionCase,
  at: number,
): Promise<{ query: string; expected: string }> {
  const modulePath = `${KITE}${at}${path}`;
  const repository = await GitRepository.create(join(parent, `kite${at}`), '');
  const files = { [join(directory, 'go.mod')]: `module ${modulePath}\n` };
  await repository.commit({ files, tags: before });
  const commit = await repository.commit({ files, tags: here, time: COMMIT.time });
  const revision = REVISION.replace(/-.*/, `-${commit.slice(0, 12)}`);
  return { query: `${modulePath}@${commit}`, expected: expected.replace(REVISION, revision) };
}

async function versionsByGo(directory: string, asked: readonly { query: string }[]): Promise<string[]> {
  const config = join(directory, 'gitconfig');
  await writeFile(config, `[url "file://${directory}/kite"]\n\tinsteadOf = https://${KITE}\n`);
  // Without a HOME go keeps no statistics, so nothing of it writes there later.
  const env = {
    PATH: process.env.PATH,
    GOPATH: join(directory, 'go'),
    GOCACHE: join(directory, 'cache'),
    GOFLAGS: '-mod=mod',
    GOPROXY: 'direct',
    GONOSUMDB: '*',
    GOTOOLCHAIN: 'local',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
  };
  const queries = asked.map(({ query }) => query);
  const { stdout } = await execa('go', ['list', '-m', '-e', '-f', '{{.Version}} {{.Error}}', ...queries], {
    cwd: directory,
    env,
    extendEnv: false,
  });
  return stdout.split('\n').map((line) => line.replace(/ <nil>$/, ''));
}
