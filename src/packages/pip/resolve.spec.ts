import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { InvalidChecksum, InvalidRequestData, NetworkError, UnsupportedFeature, ValidationError } from '../../errors/index.js';
import type { ConfigurationFile, Resolution, Template } from '../package-manager.js';
import { type Recorded, recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import { resolvePip } from './resolve.js';

const WHO = { 'setup.cfg': '[metadata]\nname = App\nversion = 1.0' };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHA256 = 'ab'.repeat(32);
const HASH = `--hash=sha256:${SHA256}`;
const GIT = 'https://git.acme.dev/t/eel.git';
const EEL = `eel-external-gitcommit-${COMMIT}.tar.gz`;
const KITE = `kite-external-sha256-${SHA256}.zip`;

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

async function resolve(
  options: RecordingOptions,
  change: (job: ReturnType<typeof recordingJob>['job']) => void = () => undefined,
): Promise<Resolution & { recorded: Recorded }> {
  const { job, recorded } = recordingJob(options);
  change(job);
  return { ...(await resolvePip(job)), recorded };
}

/** An application that has these lines as its requirements. */
function lines(requirements: string[], build: string[] = []): Record<string, string> {
  return { ...WHO, 'requirements.txt': requirements.join('\n'), 'requirements-build.txt': build.join('\n') };
}

function rendered(template: Template): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.fill === 'bundle-directory') return part.relative;
      const repository = 'repository' in part ? part.repository : undefined;
      return `https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-${repository}-7/`;
    })
    .join('');
}

function texts(files: readonly ConfigurationFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ path, mode, template }) => [`${mode} ${path}`, rendered(template)]));
}

const reported = ({ packages }: Resolution): unknown[] =>
  packages.flatMap(({ dependencies }) => dependencies.map(({ name, version, dev }) => [name, version, dev]));

describe('a package', () => {
  it('without requirements has no dependencies, an index and a page of links', async () => {
    const resolution = await resolve({ files: WHO });
    expect(resolution).toMatchObject({ artifacts: [], registryEntries: [], files: [], buildRequirements: [] });
    expect(resolution.packages).toEqual([{ type: 'pip', name: 'App', version: '1.0', path: '.', dependencies: [] }]);
    expect(resolution.generated.map(({ path }) => path)).toEqual(['pip/links.html']);
    expect(resolution.environment.length).toBeGreaterThan(0);
  });

  it('with the name and version of another one is refused before anything is fetched', async () => {
    const files = { 'a/setup.cfg': WHO['setup.cfg'], 'b/setup.cfg': WHO['setup.cfg'], 'a/requirements.txt': 'gull==1' };
    const { job, recorded } = recordingJob({ files, paths: [{ path: 'a' }, { path: 'b' }] });
    await expect(resolvePip(job)).rejects.toThrow(InvalidRequestData);
    await expect(resolvePip(job)).rejects.toThrow(/"a" and "b" have the same name and version, "App 1.0"/);
    expect(recorded.specs).toEqual([]);
  });

  it('with the same name and another version is another one', async () => {
    const files = { 'setup.cfg': WHO['setup.cfg'], 'b/setup.cfg': '[metadata]\nname=App\nversion=2' };
    const { packages } = await resolve({ files, paths: [{ path: '.' }, { path: 'b' }] });
    expect(packages.map(({ version, path }) => [version, path])).toEqual([['1.0', '.'], ['2', 'b']]);
  });
});

const REPORTED: [string, string[], string[], unknown[]][] = [
  ['a release', ['storm.KIT==1'], [], [['Storm_Kit', '1.0', false]]],
  ['a release twice', ['storm-kit==1.0', 'Storm_kit===1.0'], [], [['Storm_Kit', '1.0', false]]],
  ['a release in both sets', ['gull==2'], ['gull==2', 'gull==2.0'], [['gull', '2.0', false], ['gull', '2.0', true]]],
  ['a build requirement', [], ['gull==2'], [['gull', '2.0', true]]],
  ['two versions', ['gull==2', 'gull==1'], [], [['gull', '2.0', false], ['gull', '1', false]]],
  [
    'a repository',
    [`Eel_x.Y[z] @ git+https://me:pw@git.acme.dev/t/eel.git@${COMMIT.toUpperCase()}?q=1#subdirectory=s ; os_name=="x"`],
    [],
    [['Eel-x.Y', `git+https://git.acme.dev/t/eel.git@${COMMIT}`, false]],
  ],
  ['the name of an egg', [`a @ git+${GIT}@${COMMIT}#egg=b`], [], [['b', `git+${GIT}@${COMMIT}`, false]]],
  ['a file', [`k_k @ https://h.dev/k.zip?t=1 ${HASH}`], [], [['k-k', `https://h.dev/k.zip?t=1#cachito_hash=sha256:${SHA256}`, false]]],
  ['a file with user and password', [`k @ https://u:p%40@h.dev/k.zip ${HASH}`], [], [['k', `https://h.dev/k.zip#cachito_hash=sha256:${SHA256}`, false]]],
  ['a file with a fragment', [`k @ https://h.dev/k.zip#egg=k&subdirectory=%61 ${HASH}`], [], [['k', `https://h.dev/k.zip#egg=k&subdirectory=%61&cachito_hash=sha256:${SHA256}`, false]]],
  ['a file with an empty fragment', [`k @ https://h.dev/k.zip# ${HASH}`], [], [['k', `https://h.dev/k.zip#cachito_hash=sha256:${SHA256}`, false]]],
  ['a file with its hash', [`https://h.dev/k.zip#cachito_hash=sha256%3A${SHA256}&egg=k`], [], [['k', `https://h.dev/k.zip#cachito_hash=sha256%3A${SHA256}&egg=k`, false]]],
  ['a file with a standard hash', [`k @ https://h.dev/k.zip#sha256=${SHA256}`], [], [['k', `https://h.dev/k.zip#sha256=${SHA256}&cachito_hash=sha256:${SHA256}`, false]]],
  ['directories', ['./lib', '-e .', 'lib @ file:lib'], [], [['Lib-one', './lib', false], ['App', '.', false], ['lib', './lib', false]]],
];

const OFFERED = {
  'storm-kit': ['Storm_Kit-1.0.tar.gz'],
  gull: ['gull-2.0.tar.gz', 'gull-1.zip', 'gull-2.0-py3-none-any.whl'],
};
const REPOSITORIES = { [GIT]: {}, 'https://me:pw@git.acme.dev/t/eel.git': {}, 'https://fork.acme.dev/u/eel': {} };

describe('reported is', () => {
  it.each(REPORTED)('%s', async (_name, runtime, build, expected) => {
    const files = { ...lines(runtime, build), 'lib/setup.cfg': '[metadata]\nname=Lib_one' };
    const resolution = await resolve({ files, offered: OFFERED, repositories: REPOSITORIES });
    expect(reported(resolution)).toEqual(expected);
    const { packages, registryEntries, artifacts, recorded } = resolution;
    expect(packages[0].dependencies.every(({ type, replaces }) => type === 'pip' && replaces === null)).toBe(true);
    expect(JSON.stringify([packages, registryEntries, artifacts, recorded.logged])).not.toMatch(/u:p|me:pw/);
  });

  it('what is in a directory above, as seen from the package', async () => {
    const files = { 'a/b/setup.cfg': WHO['setup.cfg'], 'a/b/requirements.txt': '../../lib\n..', 'lib/setup.cfg': '[metadata]\nname=l', 'a/setup.cfg': '[metadata]\nname=up' };
    expect(reported(await resolve({ files, paths: [{ path: 'a/b' }] }))).toEqual([['l', '../../lib', false], ['up', '..', false]]);
  });

  it('nothing where the name of a directory cannot be found', async () => {
    const files = { ...lines(['x @ file:lib', './lib']), 'lib/setup.py': 'setup(name=f())' };
    await expect(resolve({ files })).rejects.toThrow(/^requirements.txt, line 2: the name of the Python package at "lib"/);
  });
});

describe('archives', () => {
  const requirements = [
    'storm.kit==1',
    `eel @ git+${GIT}@${COMMIT}`,
    `kite @ https://h.dev/k.zip#cachito_hash=sha256:${SHA256}`,
    `foo @ https://h.dev/a/foo-1.0-py3-none-any.whl#sha256=${SHA256}`,
  ];
  const options = { files: lines(requirements), offered: OFFERED, repositories: REPOSITORIES, paths: [{ path: '.', binary: { packages: 'x' } }] };

  it('lie in directories, and are served under short names', async () => {
    const { artifacts, registryEntries } = await resolve(options);
    expect(artifacts.map(({ path }) => path)).toEqual([
      'pip/Storm_Kit/Storm_Kit-1.0.tar.gz',
      `pip/external-kite/${KITE}`,
      'pip/external-foo/foo-1.0-py3-none-any.whl',
      `pip/git.acme.dev/t/eel/${EEL}`,
    ]);
    expect(registryEntries.map((entry) => ({ ...entry, artifact: undefined }))).toEqual([
      { name: 'storm-kit', version: '1.0', file: 'Storm_Kit-1.0.tar.gz', attributes: {} },
      { name: '/kite', version: KITE, file: KITE },
      { name: '/foo', version: 'foo-1.0-py3-none-any.whl', file: 'foo-1.0-py3-none-any.whl' },
      { name: '/eel', version: EEL, file: EEL },
    ]);
    expect(registryEntries.map(({ artifact }) => artifact)).toEqual(artifacts.map(({ artifact }) => artifact));
  });

  it('lie together if clients need that, and are served as ever', async () => {
    const usual = await resolve(options);
    const { artifacts, registryEntries } = await resolve({ ...options, pip: { flatLayout: true } });
    expect(artifacts.map(({ path }) => path)).toEqual([
      'pip/Storm_Kit-1.0.tar.gz',
      `pip/kite-${SHA256}.zip`,
      'pip/foo-1.0-py3-none-any.whl',
      `pip/eel-gitcommit-${COMMIT}.tar.gz`,
    ]);
    expect(registryEntries).toEqual(usual.registryEntries);
  });

  const forks = [`eel @ git+${GIT}@${COMMIT}`, `tern @ git+https://fork.acme.dev/u/eel@${COMMIT}`];

  it('of forks with the same commit are both had', async () => {
    const resolution = await resolve({ files: lines(forks), repositories: REPOSITORIES });
    expect(resolution.artifacts.map(({ path }) => path)).toEqual([
      `pip/git.acme.dev/t/eel/${EEL}`,
      `pip/fork.acme.dev/u/eel/${EEL}`,
    ]);
    expect(resolution.registryEntries.map(({ name, file }) => [name, file])).toEqual([
      ['/eel', EEL],
      ['/fork.acme.dev/u/eel', EEL],
    ]);
    const raw = 'https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-raw-7';
    expect(texts(resolution.files)['registry app/requirements.txt']).toBe(
      `eel @ ${raw}/eel/${EEL}\ntern @ ${raw}/fork.acme.dev/u/eel/${EEL}`,
    );
  });

  it('of forks with the same commit have one place only if all lie together', async () => {
    const refused = resolve({ files: lines(forks), repositories: REPOSITORIES, pip: { flatLayout: true } });
    await expect(refused).rejects.toThrow(UnsupportedFeature);
  });

  it('are asked for by all digests of their lines, once for all that ask for the same', async () => {
    const digests = [sha256Of('a'), sha256Of('b')].map((digest) => `--hash=sha256:${digest}`).join(' ');
    const files = lines([`gull==2 ${digests}`, `kite @ https://u:p@h.dev/k.zip ${HASH}`, '--trusted-host h.dev'], ['gull==2.0']);
    const { recorded } = await resolve({ files, offered: { gull: [{ filename: 'gull-2.0.tar.gz', hashes: { sha256: sha256Of('b') } }] } });
    const shown = recorded.specs.map(({ name, version, upstreams, digests: all, anyDigest, verifiedBy, insecureTls }) => [name, version, upstreams[0], all, anyDigest?.length, verifiedBy, insecureTls]);
    const gull = ['gull', '2.0', 'https://files.pythonhosted.org/gull-2.0.tar.gz', { sha256: sha256Of('b') }];
    expect(shown.sort()).toEqual([
      [...gull, 0, 'registry', undefined],
      [...gull, 2, 'lock file', undefined],
      ['kite', `external-sha256-${SHA256}`, `https://h.dev/k.zip#sha256-${SHA256}`, {}, 1, 'lock file', true],
    ].sort());
  });

  it('that are made here are checked against the hashes of their lines', async () => {
    const sha512 = createHash('sha512').update(`git+${GIT}#${COMMIT}`).digest('hex');
    const right = sha256Of(`git+${GIT}#${COMMIT}`);
    const archive = (hash: string): Promise<unknown> =>
      resolve({ files: lines([`eel @ git+${GIT}@${COMMIT} ${HASH} --hash=${hash}`, `eel @ git+${GIT}@${COMMIT} --hash=sha256:${right}`]), repositories: REPOSITORIES });
    await archive(`sha256:${right}`);
    await archive(`sha512:${sha512}`);
    await expect(archive(`sha1:${'a'.repeat(40)}`)).rejects.toThrow(InvalidChecksum);
    await expect(archive(`sha1:${'a'.repeat(40)}`)).rejects.toThrow(`--hash=sha256:${right} would be right`);
  });

  it('whose names cannot be kept are refused before anything is fetched', async () => {
    const { job, recorded } = recordingJob({ ...options, files: lines(['gull==2', `k @ https://h.dev/a%2Ffoo-1-py3-none-any.whl ${HASH}`]) });
    await expect(resolvePip(job)).rejects.toThrow(ValidationError);
    expect(recorded.specs).toEqual([]);
  });
});

describe('a release with wheels', () => {
  const offered = {
    gull: [
      { filename: 'gull-2.0.tar.gz', 'requires-python': '>=3.8,<4', yanked: true },
      { filename: 'gull-2.0-py3-none-any.whl', 'requires-python': '"><b>', yanked: 'it & <that>' },
    ],
  };

  it('is one dependency; its index tells what the other one told', async () => {
    const resolution = await resolve({ files: lines(['gull==2']), offered, paths: [{ path: '.', binary: {} }], pip: { allowYanked: true } });
    expect(reported(resolution)).toEqual([['gull', '2.0', false]]);
    expect(resolution.packages[0].dependencies[0].artifact?.upstream).toMatch(/\.tar\.gz$/);
    const entries = resolution.registryEntries.map(({ file, attributes }) => [file, attributes]).sort();
    const metadata = `METADATA of wheel sha256:${sha256Of('https://files.pythonhosted.org/gull-2.0-py3-none-any.whl')}`;
    expect(entries).toEqual([
      ['gull-2.0-py3-none-any.whl', { 'requires-python': '"><b>', yanked: 'it & <that>', metadata: sha256Of(metadata), 'metadata-size': String(metadata.length) }],
      ['gull-2.0.tar.gz', { 'requires-python': '>=3.8,<4', yanked: '' }],
    ]);
  });

  it('may have none but wheels', async () => {
    const resolution = await resolve({ files: lines(['gull==2']), offered: OFFERED, paths: [{ path: '.', binary: { packages: 'gull' } }] });
    expect(reported(resolution)).toEqual([['gull', '2.0', false]]);
    expect(resolution.artifacts.map(({ path }) => path)).toEqual(['pip/gull/gull-2.0-py3-none-any.whl']);
    expect(resolution.buildRequirements).toEqual([]);
  });
});

describe('configuration files', () => {
  it('are the ones of the specification', async () => {
    const files = lines([`-e git+${GIT}@${COMMIT}#egg=eel`]);
    expect(texts((await resolve({ files, repositories: REPOSITORIES })).files)).toEqual({
      'registry app/requirements.txt': `eel @ https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-raw-7/eel/${EEL}#egg=eel`,
      'offline app/requirements.txt': `eel @ file://\${CACHITO_BUNDLE_DIR}/deps/pip/git.acme.dev/t/eel/${EEL}#egg=eel`,
    });
  });

  it('are those with addresses only, of runtime and build, and the certificates', async () => {
    const files = { ...lines(['gull==2', '-r more.txt'], [`kite @ http://[::1]:81/k.zip ${HASH}`]), 'more.txt': `x @ git+http://[::1]:81/a%2Fb/x%20y@${COMMIT}` };
    const resolution = await resolve({ files, offered: OFFERED, repositories: { 'http://[::1]:81/a%2Fb/x%20y': {} }, caCertificates: 'PEM' });
    const raw = 'https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-raw-7';
    expect(texts(resolution.files)).toEqual({
      'registry app/more.txt': `x @ ${raw}/x%2520y/x%2520y-external-gitcommit-${COMMIT}.tar.gz`,
      'offline app/more.txt': `x @ file://\${CACHITO_BUNDLE_DIR}/deps/pip/%5B%3A%3A1%5D%3A81/a%252Fb/x%2520y/x%2520y-external-gitcommit-${COMMIT}.tar.gz`,
      'registry app/requirements-build.txt': `kite @ ${raw}/kite/${KITE} ${HASH}`,
      'offline app/requirements-build.txt': `kite @ file://\${CACHITO_BUNDLE_DIR}/deps/pip/external-kite/${KITE} ${HASH}`,
      'registry app/package-index-ca.pem': 'PEM',
    });
  });

  it('of several packages that share a file are the same', async () => {
    const files = { 'a/setup.cfg': WHO['setup.cfg'], 'b/setup.cfg': '[metadata]\nname=b\nversion=2', 'r.txt': '', 'a/r.txt': '', 'b/r.txt': `-r ../c.txt`, 'c.txt': `eel @ git+${GIT}@${COMMIT}`, 'a/s.txt': '-r ../c.txt' };
    const paths = [{ path: 'a', requirements_files: ['r.txt', 's.txt'], requirements_build_files: ['s.txt'] }, { path: 'b', requirements_files: ['r.txt'] }];
    const resolution = await resolve({ files, paths, repositories: REPOSITORIES });
    expect(Object.keys(texts(resolution.files))).toEqual(['registry app/c.txt', 'offline app/c.txt']);
    expect(resolution.packages.map(({ dependencies }) => dependencies.map(({ dev }) => dev))).toEqual([[false, true], [false]]);
    expect(resolution.recorded.packed).toHaveLength(1);
  });
});

describe('a constraint', () => {
  const constrained = (constraints: string[], rest: Partial<RecordingOptions> = {}): RecordingOptions => {
    return { files: { ...lines(['gull==2', '-c c.txt']), 'c.txt': constraints.join('\n') }, offered: OFFERED, ...rest };
  };

  it('is archived', async () => {
    const options = constrained(['storm-kit==1', `eel @ git+${GIT}@${COMMIT}`], { repositories: REPOSITORIES });
    expect(reported(await resolve(options))).toEqual([
      ['gull', '2.0', false],
      ['Storm_Kit', '1.0', false],
      ['eel', `git+${GIT}@${COMMIT}`, false],
    ]);
  });

  it.each<[string, string, Partial<RecordingOptions>]>([
    ['a project that is not there', 'nothing==1', {}],
    ['a version that is not there', 'storm-kit==2', {}],
    ['a source distribution that is none', 'storm-kit==1', { content: { 'Storm_Kit-1.0.tar.gz': Buffer.from('x') } }],
    ['a damaged release', 'storm-kit==1', { damaged: ['Storm_Kit-1.0.tar.gz'] }],
    ['a damaged file', `kite @ https://h.dev/k.zip ${HASH}`, { damaged: [`https://h.dev/k.zip#sha256-${SHA256}`] }],
    ['a commit that is not there', `eel @ git+${GIT}@${COMMIT}`, {}],
  ])('is left out with a warning: %s', async (_name, constraint, rest) => {
    // The rule of hashes is for all lines.
    const hashed = constraint.includes('--hash');
    const findings = new Map<string, string>();
    const options = { ...constrained([constraint], { ...rest, findings }) };
    if (hashed) options.files['requirements.txt'] = `gull==2 ${HASH}\n-c c.txt`;
    const resolution = await resolve(options);
    expect(reported(resolution)).toEqual([['gull', '2.0', false]]);
    expect(resolution.recorded.logged).toContainEqual(
      expect.stringMatching(/^warn: Left out, since only the constraints file "c.txt" names it: /),
    );
    // Nothing that turned out to be wrong is believed the next time.
    expect([...findings.keys()].filter((key) => key.startsWith('pip-release') && key.includes('storm'))).toEqual([]);
  });

  it('that is left out leads nowhere, and not to the internet', async () => {
    const { files } = await resolve(constrained([`eel @ git+${GIT}@${COMMIT}`]));
    expect(texts(files)).toEqual({
      'registry app/c.txt': `eel @ https://cachito-pip-7:pw@reg.acme.dev/repository/cachito-pip-raw-7/git.acme.dev/t/eel/${EEL}`,
      'offline app/c.txt': `eel @ file://\${CACHITO_BUNDLE_DIR}/deps/pip/git.acme.dev/t/eel/${EEL}`,
    });
  });

  it('that tells where a requirement lies is rewritten', async () => {
    const files = { ...lines(['eel', '-c c.txt']), 'c.txt': `eel @ git+${GIT}@${COMMIT}` };
    const resolution = await resolve({ files, repositories: REPOSITORIES });
    expect(reported(resolution)).toEqual([['eel', `git+${GIT}@${COMMIT}`, false]]);
    expect(texts(resolution.files)['offline app/c.txt']).toContain(`/deps/pip/git.acme.dev/t/eel/${EEL}`);
  });

  it('is not left out when the index cannot be reached', async () => {
    const failing = resolve(constrained(['storm-kit==1']), (job) => {
      const { fetch } = job.keptDocuments;
      job.keptDocuments.fetch = (url, options) => {
        if (url.includes('storm')) throw new NetworkError('no answer');
        return fetch(url, options);
      };
    });
    await expect(failing).rejects.toThrow(NetworkError);
  });

  it('is as strict as any line where a requirement names the same', async () => {
    const files = { ...lines(['nothing==1', '-c c.txt']), 'c.txt': 'nothing==1' };
    await expect(resolve({ files })).rejects.toThrow(InvalidRequestData);
  });
});

describe('when the request is cancelled', () => {
  it('nothing more is fetched', async () => {
    const reason = new Error('cancelled');
    const { job, recorded } = recordingJob({ files: lines(['gull==2']), offered: OFFERED, signal: AbortSignal.abort(reason) });
    await expect(resolvePip(job)).rejects.toBe(reason);
    expect(recorded.specs).toEqual([]);
  });
});
