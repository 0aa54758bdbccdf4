import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeConfigurationFiles } from './support/bundles.js';
import { madeSdist, sha256 } from './support/pip-made.js';
import { type PipOutcome, type PipSituation, PipSituations, requiring, WHO } from './support/pip-situation.js';

const NONE: PipOutcome = { dependencies: [] };
const KITE: PipOutcome = { dependencies: ['kite 1.0'] };

/** The source tells who it is. */
const IDENTITIES: [string, Record<string, string>, string][] = [
  ['setup.py with literals', { 'setup.py': 'from setuptools import setup\nsetup(name="shop", version="1.2")\n' }, 'shop 1.2'],
  [
    'setup.py with variables and a version to normalise',
    { 'setup.py': 'import setuptools\nV = (1, 0, "alpha", 1)\nsetuptools.setup(name="Shop_x", version=V)\n' },
    'Shop_x 1.0a1',
  ],
  ['setup.cfg', { 'setup.cfg': '[metadata]\nname: shop\nversion = 1.2.0\n' }, 'shop 1.2.0'],
  [
    'setup.cfg that names an attribute',
    {
      'setup.cfg': '[metadata]\nname = shop\nversion = attr: shop.VERSION\n[options]\npackage_dir =\n  = src\n',
      'src/shop/__init__.py': 'VERSION = "2.0"\n',
    },
    'shop 2.0',
  ],
  [
    'setup.cfg that names a file',
    { 'setup.cfg': '[metadata]\nname = shop\nversion = file: VERSION\n', VERSION: '3.1\n' },
    'shop 3.1',
  ],
  ['pyproject.toml', { 'pyproject.toml': '[project]\nname = "shop"\nversion = "4.0"\n' }, 'shop 4.0'],
  ['pyproject.toml of Poetry', { 'pyproject.toml': '[tool.poetry]\nname = "shop"\nversion = "4.1"\n' }, 'shop 4.1'],
  [
    'setup.py for the name, setup.cfg for the version, pyproject.toml for nothing',
    {
      'setup.py': 'from setuptools import setup\nsetup(name="shop", version=compute())\n',
      'setup.cfg': '[metadata]\nname = other\nversion = 1.5\n',
      'pyproject.toml': '[project]\nname = "third"\nversion = "9"\n',
    },
    'shop 1.5',
  ],
  [
    'setup.py that cannot be parsed, and pyproject.toml',
    { 'setup.py': 'setup(name=', 'pyproject.toml': '[project]\nname = "shop"\nversion = "1.0-1"\n' },
    'shop 1.0.post1',
  ],
];

describe('Python projects of all kinds', () => {
  let situations: PipSituations;

  beforeAll(async () => {
    situations = await PipSituations.start();
    const { index, files } = situations;
    index.add('kite', { name: 'kite-1.0.tar.gz', content: await madeSdist('kite', '1.0') });
    index.add('storm-kit', { name: 'Storm_Kit-1.0.post1.tar.gz', content: await madeSdist('Storm_Kit', '1.0.post1') });
    index.add(
      'ibis',
      { name: 'ibis-1.0.tar.gz', content: await madeSdist('ibis', '1.0'), yanked: '' },
      { name: 'ibis-1.0.tar.xz', content: await madeSdist('ibis', '1.0', { kind: 'xz' }) },
      { name: 'ibis-1.0.zip', content: await madeSdist('ibis', '1.0', { kind: 'zip' }) },
    );
    index.add('owl', { name: 'owl-1.0.tar.bz2', content: await madeSdist('owl', '1.0', { kind: 'bz2' }) });
    index.add('rusty', {
      name: 'rusty-0.1.tar.gz',
      content: await madeSdist('rusty', '0.1', { files: { 'Cargo.toml': '[package]\nname = "rusty"\n', 'src/lib.rs': '' } }),
    });
    files.files.set('/pool/eel-1.0.tar.gz', await madeSdist('eel', '1.0'));
    files.files.set('/pool/ray.zip', await madeSdist('ray', '1.0', { kind: 'zip' }));
  });

  afterAll(() => situations?.stop());

  /** `http://127.0.0.1:1234/pool/eel-1.0.tar.gz` and its SHA-256. */
  function pool(name: string): [string, string] {
    return [`${situations.files.url}/pool/${name}`, sha256(situations.files.files.get(`/pool/${name}`) ?? '')];
  }

  function digestOf(project: string, at = 0): string {
    return sha256(situations.index.projects.get(project)?.[at].content ?? '');
  }

  it.each(IDENTITIES)('name and version: %s', async (_, files, expected) => {
    await situations.expectSuccess({ files }, { packages: [`. ${expected}`], dependencies: [] });
  });

  it.each<[string, PipSituation, PipOutcome]>([
    ['no requirements files', { files: WHO }, NONE],
    ['an empty one', requiring('# nothing', '', '  '), NONE],
    ['a list of none', { ...requiring('kite==1.0'), packages: [{ requirements_files: [], requirements_build_files: [] }] }, NONE],
    ['a pin', requiring('kite==1.0'), KITE],
    ['a pin by ===', requiring('kite===1.0'), KITE],
    ['equal pins twice', requiring('kite==1.0,==1.0', 'kite==1.0'), KITE],
    ['other spellings in the file than on the index', requiring('Storm.KIT==1.0-1'), { dependencies: ['Storm_Kit 1.0.post1'] }],
    ['fewer zeros in the file than on the index', requiring('kite==1'), KITE],
    ['more zeros', requiring('kite==1.0.0.0'), KITE],
    ['markers and extras', requiring('kite[a,b]==1.0 ; python_version < "3" and extra != "x:y"', 'owl==1.0;os_name=="nt"'), {
      dependencies: ['kite 1.0', 'owl 1.0'],
    }],
    ['a yanked file beside others', requiring('ibis==1.0'), { dependencies: ['ibis 1.0'] }],
    ['Rust', requiring('rusty==0.1'), { dependencies: ['rusty 0.1'] }],
    ['a byte order mark, continued lines, comments', requiring('\uFEFFkite\\', '==1.0 # at the end \\', '# a comment \\', 'owl==1.0'), {
      dependencies: ['kite 1.0', 'owl 1.0'],
    }],
    ['options that mean nothing here', requiring('--pre', '--no-binary :all:', '--prefer-binary', '--use-feature=fast-deps', 'kite==1.0'), KITE],
    [
      'the same dependency at run time and for building',
      { files: { ...WHO, 'requirements.txt': 'kite==1.0\n', 'requirements-build.txt': 'kite == 1.0\nowl==1.0' } },
      { dependencies: ['kite 1.0', 'kite 1.0 dev', 'owl 1.0 dev'] },
    ],
    [
      'several files, and several packages',
      {
        files: {
          ...WHO,
          'a.txt': 'kite==1.0',
          'b/c.txt': 'owl==1.0',
          'sub/setup.cfg': '[metadata]\nname = sub\nversion = 2\n',
          'sub/requirements.txt': 'kite==1.0',
        },
        packages: [{ requirements_files: ['a.txt', 'b/c.txt'] }, { path: 'sub' }],
      },
      { packages: ['. app 1.0', 'sub sub 2'], dependencies: ['kite 1.0', 'owl 1.0'] },
    ],
    [
      'files that include others, and constraints',
      {
        files: {
          ...WHO,
          'requirements.txt': '-r more/one.txt\n-c constraints.txt\n',
          'more/one.txt': '--requirement=two.txt\nkite==1.0\n',
          'more/two.txt': '-c ../constraints.txt\nowl\n',
          'constraints.txt': 'rusty==0.1\nkite==1.0\nowl==1.0\n',
        },
      },
      { dependencies: ['kite 1.0', 'owl 1.0', 'rusty 0.1'] },
    ],
  ])('%s', async (_, situation, outcome) => {
    await situations.expectSuccess(situation, outcome);
  });

  it('an index address that is the configured one', async () => {
    await situations.expectSuccess(requiring(`-i ${situations.index.url}`, 'kite==1.0'), KITE);
    await situations.expectFailure(requiring('-i https://pypi.other.test/simple/', 'kite==1.0'), 'ValidationError', /index/);
  });

  it('hashes that are right, one of several, with and without the option', async () => {
    const hash = `--hash=sha256:${digestOf('kite')}`;
    await situations.expectSuccess(requiring(`kite==1.0 ${hash.toUpperCase().replace('--HASH=SHA256', '--hash=sha256')}`), KITE);
    await situations.expectSuccess(requiring('--require-hashes', 'kite==1.0 \\', ` --hash sha512:${'0'.repeat(128)} \\`, ` ${hash}`), KITE);
  });

  it('addresses with every form of hash', async () => {
    const [[eel, eelDigest], [ray, rayDigest]] = [pool('eel-1.0.tar.gz'), pool('ray.zip')];
    const lines = [
      `eel @ ${eel}#cachito_hash=sha256%3A${eelDigest} ; python_version >= "3"`,
      `${ray}#egg=ray[x]&sha256=${rayDigest}`,
    ];
    const outcome = [`eel ${eel}#cachito_hash=sha256:${eelDigest}`, `ray ${ray}#egg=ray[x]&sha256=${rayDigest}`];
    const view = await situations.process(requiring(...lines));
    expect(view).toMatchObject({ state: 'complete' });
    const names = (view.dependencies as { name: string; version: string }[]).map(({ name, version }) => `${name} ${version}`);
    expect(names.map((each) => each.split('#')[0]).sort()).toEqual(outcome.map((each) => each.split('#')[0]));
    const hashed = requiring(`eel @ ${eel} --hash=sha256:${eelDigest}`);
    await situations.expectSuccess(hashed, { dependencies: [`eel ${eel}#cachito_hash=sha256:${eelDigest}`] });
  });

  it('rewritten files lead to what is archived', async () => {
    const repository = await situations.git.createRepository('team/tern.git');
    const commit = await repository.commit({ files: { 'setup.py': '', 'sub/setup.py': '' } });
    const [eel, digest] = pool('eel-1.0.tar.gz');
    const situation = requiring(
      '# comment',
      '--pre',
      'kite == 1.0 ; python_version<"4"',
      `-e git+${repository.url}@${commit.toUpperCase()}#egg=tern&subdirectory=sub`,
      `Eel[b,a] @ ${eel}#cachito_hash=sha256%3A${digest} ; os_name=='posix'`,
    );
    const view = await situations.process({ ...situation, files: { ...situation.files, 'requirements-build.txt': 'owl==1.0\n' } });
    expect(view).toMatchObject({ state: 'complete' });
    const files = await writeConfigurationFiles(situations.service, view.id, situations.scratch);
    expect(Object.keys(files)).toEqual(['app/requirements.txt']);
    const authority = situations.service.base.slice('http://'.length);
    const text = files['app/requirements.txt'].replace(/:[0-9a-f]{24,}@/g, ':PASSWORD@');
    const raw = `http://cachito-pip-${view.id}:PASSWORD@${authority}/repository/cachito-pip-raw-${view.id}/`;
    const [options, kite, tern, eelLine, ...others] = text.split('\n');
    expect([options, kite, others]).toEqual(['--pre', expect.stringMatching(/^kite ?== ?1\.0 ?; python_version < "4"$/), []]);
    expect(tern.startsWith(`tern @ ${raw}`)).toBe(true);
    expect(tern).toMatch(new RegExp(`/tern-external-gitcommit-${commit}\\.tar\\.gz#egg=tern&subdirectory=sub$`));
    expect(eelLine.startsWith(`Eel[a,b] @ ${raw}`)).toBe(true);
    expect(eelLine).toMatch(new RegExp(`/Eel-external-sha256-${digest}\\.tar\\.gz#cachito_hash=sha256:${digest} ; os_name == "posix"$`));
    const offline = await writeConfigurationFiles(situations.service, view.id, situations.scratch, '?mode=offline');
    expect(offline['app/requirements.txt']).toContain('@ file://${CACHITO_BUNDLE_DIR}/deps/pip/');
  });

  it('is told what is missing to build', async () => {
    const needy = await madeSdist('needy', '1.0', {
      files: { 'pyproject.toml': '[build-system]\nrequires = ["kite>=2", "owl", "setuptools"]\nbuild-backend = "x"\n' },
    });
    situations.index.add('needy', { name: 'needy-1.0.tar.gz', content: needy });
    const files = { ...WHO, 'requirements.txt': 'needy==1.0', 'requirements-build.txt': 'kite==1.0\nowl==1.0' };
    const { id } = await situations.process({ files });
    const response = await situations.service.fetch(`/api/v1/requests/${id}/build-requirements`);
    const answer = (await response.json()) as { packages: { name: string }[] };
    expect(answer.packages.find(({ name }) => name === 'needy')).toEqual({
      name: 'needy',
      version: '1.0',
      backend: 'x',
      requires: ['kite>=2', 'owl', 'setuptools'],
      missing: ['kite>=2', 'setuptools'],
    });
    const log = await (await situations.service.fetch(`/api/v1/requests/${id}/logs`)).text();
    expect(log).toMatch(/needy/);
  });
});

describe('Python projects under the options of the administrator', () => {
  let situations: PipSituations;

  beforeAll(async () => {
    situations = await PipSituations.start({
      CACHITO_PIP_STRICT_COMPAT: 'true',
      CACHITO_PIP_NAME_FROM_REPOSITORY: 'true',
      CACHITO_PIP_ALLOW_YANKED: 'true',
    });
    situations.index.add('gull', { name: 'gull-2.0.tar.gz', content: await madeSdist('gull', '2.0'), yanked: 'broken' });
  });

  afterAll(() => situations?.stop());

  it('a yanked release is taken with a warning', async () => {
    const { id } = await situations.expectSuccess(requiring('gull==2.0'), { dependencies: ['gull 2.0'] });
    expect(await (await situations.service.fetch(`/api/v1/requests/${id}/logs`)).text()).toMatch(/yanked/);
  });

  it('a package without name is named after the repository', async () => {
    const repository = await situations.git.createRepository('team/my_app.git');
    const ref = await repository.commit({ files: { 'sub/dir/requirements.txt': 'gull==2.0' } });
    const view = await situations.process({ files: {}, packages: [{ path: 'sub/dir' }] }, { repo: repository.url, ref });
    expect(view).toMatchObject({ state: 'complete' });
    expect(view.packages).toMatchObject([{ name: 'my-app-sub-dir', version: ref }]);
  });

  it('nothing is included', async () => {
    const situation = requiring('-r other.txt', '-c other.txt', 'gull==2.0');
    await situations.expectSuccess(situation, { dependencies: ['gull 2.0'] });
    await situations.expectFailure(requiring('./lib'), 'ValidationError', /lib/);
  });
});
