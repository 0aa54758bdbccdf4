import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { unpackBundle, writeConfigurationFiles } from './support/bundles.js';
import { madeSdist, madeWheel, sha256 } from './support/pip-made.js';
import { type PipSituation, PipSituations, reported, requiring, WHO } from './support/pip-situation.js';
import type { RequestView } from './support/service.js';

const SECRET = 'S3cr3tPassw0rd';
const NOBODY = '0123456789abcdef0123456789abcdef01234567';
const WHEELS = [{ binary: {} }];
const WHEEL = 'ray-1.0-py3-none-any.whl';

/** Compression does not make it shorter. */
function random(length: number): string {
  return `x${randomBytes(length).toString('hex').slice(0, length - 1)}`;
}

describe('hostile Python projects', () => {
  let situations: PipSituations;
  let eel: string;
  let scratch: string;
  /** What stands in place of addresses that are known only when everything runs. */
  let addresses: Record<string, string>;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'pip-hostile-'));
    situations = await PipSituations.start();
    const { index, files, git } = situations;
    index.add('kite', { name: 'kite-1.0.tar.gz', content: await madeSdist('kite', '1.0') });
    const repository = await git.createRepository('team/eel.git');
    eel = await repository.commit({ files: { 'setup.cfg': '[metadata]\nname = eel\nversion = 1\n' } });
    const [archive, wheel] = [await madeSdist('eel', '1.0'), await madeWheel('ray', '1.0')];
    for (const path of ['/eel-1.0.tar.gz', '/evil-1.0.tar.gz']) files.files.set(path, archive);
    for (const path of ['/ray%zz.whl', `/a%2F${WHEEL}`, `/${WHEEL}`]) files.files.set(path, wheel);
    addresses = { GIT: repository.url, COMMIT: eel, POOL: files.url, EEL: sha256(archive), RAY: sha256(wheel) };
  });

  afterAll(async () => {
    await situations?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  /** With addresses for `{GIT}` and so on. */
  function filled({ files, ...rest }: PipSituation): PipSituation {
    const fill = (text: string): string => text.replace(/\{([A-Z]+)\}/g, (whole, name: string) => addresses[name] ?? whole);
    const entries = Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? fill(text) : text]);
    return { ...rest, files: Object.fromEntries(entries) };
  }

  it.each<[string, PipSituation, string, RegExp]>([
    ['a long name of a repository', requiring(`${random(6000)} @ git+{GIT}@{COMMIT}`), 'ValidationError', /longer than 200/],
    ['a long name of an archive', requiring(`${random(6000)} @ {POOL}/eel-1.0.tar.gz#sha256={EEL}`), 'ValidationError', /longer than 200/],
    ['a long name of a release', requiring(`${random(6000)}==1`), 'ValidationError', /longer than 200/],
    ['a long name of a directory', { files: { ...WHO, 'lib/setup.py': '', 'requirements.txt': `file:lib#egg=${random(6000)}` } }, 'ValidationError', /longer than 200/],
    ['a long path', { files: { ...WHO, 'requirements.txt': `./${random(3000)}` } }, 'ValidationError', /relative path/],
    ['a long version', requiring(`kite==${random(6000)}`), 'InvalidRequestData', /no file of this version/],
    ['a wheel with a broken name', { ...requiring('ray @ {POOL}/ray%zz.whl#sha256={RAY}'), packages: WHEELS }, 'ValidationError', /name of a wheel/],
    ['a wheel with a slash in its name', { ...requiring(`ray @ {POOL}/a%2F${WHEEL}#sha256={RAY}`), packages: WHEELS }, 'ValidationError', /name of a wheel/],
    ['NUL in a name', { files: { 'setup.py': 'setup(name="a\\0b", version="1")' } }, 'InvalidRequestData', /name/],
    ['half a character in a name', { files: { 'setup.py': 'setup(name="a\\ud800b", version="1")' } }, 'InvalidRequestData', /name/],
    ['a name of two lines', { files: { 'setup.py': 'setup(name="a\\nb", version="1")' } }, 'InvalidRequestData', /name/],
    ['NUL in TOML', { files: { 'pyproject.toml': '[project]\nname = "a\\u0000b"\nversion = "1"' } }, 'InvalidRequestData', /name/],
    ['letters of other alphabets in a long name', { files: { 'setup.cfg': `[metadata]\nname = ${'é'.repeat(900)}\nversion = 1` } }, 'InvalidRequestData', /name/],
    ['a password for another requirements file', requiring(`-r //user:${SECRET}@host/x`), 'ValidationError', /absolute/],
    ['a name of every object', requiring('__proto__==1'), 'ValidationError', /__proto__/],
    ['another name of every object', requiring('constructor==1'), 'InvalidRequestData', /constructor/],
    ['a password for a host that is not there', requiring(`eel @ git+http://user:${SECRET}@127.0.0.1:1/eel@${NOBODY}`), 'RepositoryAccessError', /127\.0\.0\.1:1/],
    ['a password for an index', requiring(`--index-url http://user:${SECRET}@127.0.0.1:1/simple/`), 'ValidationError', /index-url/],
    ['a password in a local address', requiring(`file://user:${SECRET}@host/x`), 'ValidationError', /absolute/],
    ['a password behind another scheme', requiring(`eel @ git+ssh://user:${SECRET}@host/x@${NOBODY}`), 'ValidationError', /address/],
    ['a host of this network', requiring(`eel @ http://169.254.169.254/eel.zip#sha256=${'0'.repeat(64)}`), 'NetworkError', /169\.254/],
    ['a file of this machine', requiring(`eel @ git+file:///etc@${NOBODY}`), 'ValidationError', /address/],
    ['git by another transport', requiring(`eel @ git://127.0.0.1/eel@${NOBODY}`), 'ValidationError', /transport/],
    [
      'files that include one large file very often',
      {
        files: {
          ...WHO,
          'big.txt': Array.from({ length: 9000 }, (_, at) => `a${at}==1`).join('\n'),
          ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}.txt`, '-r big.txt'])),
        },
        packages: [{ requirements_files: Array.from({ length: 20 }, (_, at) => `${at}.txt`) }],
      },
      'ValidationError',
      /100000 lines/,
    ],
    [
      'packages that include one large file very often',
      {
        files: {
          'big.txt': Array.from({ length: 9000 }, (_, at) => `a${at}==1 --hash=sha256:${'0'.repeat(64)}`).join('\n'),
          ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}/requirements.txt`, '-r ../big.txt'])),
          ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}/setup.cfg`, `[metadata]\nname = p${at}\nversion = 1`])),
        },
        packages: Array.from({ length: 20 }, (_, at) => ({ path: String(at) })),
      },
      'InvalidRequestData',
      /300000 lines/,
    ],
  ])('are refused: %s', async (_, situation, type, reason) => {
    const view = await situations.expectFailure(filled(situation), type, reason);
    expect(JSON.stringify(view)).not.toContain(SECRET);
  });

  it('have passwords of git repositories that show up nowhere', async () => {
    const requirement = `eel @ git+${addresses.GIT.replace('http://', `http://user:${SECRET}@`)}@${eel}`;
    const view = await situations.process(requiring(requirement));
    expect(view).toMatchObject({ state: 'complete' });
    const directory = await unpackBundle(situations.service, view.id, scratch);
    const files = await writeConfigurationFiles(situations.service, view.id, directory);
    const paths = ['', '/logs', '/packages', '/environment-variables', '/content-manifest', '/sbom', '/provenance', '/build-requirements'];
    const answers = await Promise.all(paths.map((path) => text(view, path)));
    for (const each of [...Object.values(files), ...answers, situations.service.log]) expect(each).not.toContain(SECRET);
    const archives = (await readdir(join(directory, 'deps'), { recursive: true })).filter((path) => path.endsWith('.tar.gz'));
    expect(archives).toHaveLength(1);
    await execa('tar', ['xzf', join(directory, 'deps', archives[0]), '-C', scratch, 'app/.git/config']);
    const config = await readFile(join(scratch, 'app/.git/config'), 'utf8');
    expect(config).toContain(addresses.GIT);
    expect(config).not.toContain(SECRET);
  });

  it('get what they ask for, whoever asked for it under another name', async () => {
    const { GIT, POOL, EEL } = addresses;
    for (const name of ['evil', 'eel']) {
      const view = await situations.process(
        requiring(`${name} @ git+${GIT}@${eel}`, `${name}2 @ ${POOL}/evil-1.0.tar.gz#sha256=${EEL}`),
      );
      expect(reported(view).dependencies.map((each) => each.split(' ')[0])).toEqual([name, `${name}2`]);
      expect((await text(view, '/sbom')).includes('evil@')).toBe(false);
    }
    const wrong = await situations.process(requiring(`eel @ ${POOL}/eel-1.0.tar.gz#sha256=${'0'.repeat(64)}`));
    expect(wrong).toMatchObject({ state: 'failed', error_type: 'InvalidChecksum' });
  });

  it('have no commits with wrong hashes', async () => {
    const view = await situations.process(requiring(`eel @ git+${addresses.GIT}@${eel} --hash=sha256:${'0'.repeat(64)}`));
    expect(view).toMatchObject({ state: 'failed', error_type: 'InvalidChecksum' });
  });

  it('may name a repository with and without .git', async () => {
    const { GIT } = addresses;
    const files = { ...WHO, 'requirements.txt': `eel @ git+${GIT}@${eel}`, 'requirements-build.txt': `eel @ git+${GIT}/@${eel}` };
    expect(await situations.process({ files })).toMatchObject({ state: 'complete' });
  });

  it('keep all lines of a file that others take for constraints', async () => {
    const { GIT, POOL, EEL } = addresses;
    const view = await situations.process({
      files: {
        ...WHO,
        'requirements.txt': '-r shared.txt\n',
        'requirements-build.txt': '-c shared.txt\nkite==1.0',
        'shared.txt': `-e git+${GIT}@${eel}#egg=eel\nother @ ${POOL}/eel-1.0.tar.gz#sha256=${EEL}\n`,
      },
    });
    expect(view).toMatchObject({ state: 'complete' });
    const [shared, ...more] = JSON.parse(await text(view, '/configuration-files')) as { path: string; content: string }[];
    expect([shared.path, more]).toEqual(['app/shared.txt', []]);
    expect(Buffer.from(shared.content, 'base64').toString()).toMatch(/^eel @ http.*\nother @ http/);
  });

  it('may not have requirements where another manager writes', async () => {
    const source = await situations.commit(
      filled({
        files: {
          ...WHO,
          '.npmrc': 'eel @ git+{GIT}@{COMMIT}',
          'package.json': '{"name":"x","version":"1.0.0"}',
          'package-lock.json': '{"name":"x","version":"1.0.0","lockfileVersion":2,"packages":{"":{"name":"x","version":"1.0.0"}}}',
        },
      }),
    );
    const post = async (packages: object): Promise<RequestView> =>
      situations.service.finish((await situations.service.create({ ...source, pkg_managers: ['npm', 'pip'], packages })).id);
    expect(await post({ pip: [{ requirements_files: ['.npmrc'] }] })).toMatchObject({
      state: 'failed',
      error_type: 'UnsupportedFeature',
      state_reason: expect.stringMatching(/npm and pip .*app\/\.npmrc/),
    });
    expect(await post({})).toMatchObject({ state: 'complete' });
  });

  async function text({ id }: RequestView, path: string): Promise<string> {
    const response = await situations.service.fetch(`/api/v1/requests/${id}${path}`);
    expect([path, response.status]).toEqual([path, 200]);
    return response.text();
  }
});
