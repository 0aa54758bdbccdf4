import { describe, expect, it } from '@jest/globals';
import type { Resolution } from '../package-manager.js';
import { type Recorded, recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import { sdist } from './__fixtures__/sdist.js';
import { resolvePip } from './resolve.js';

const WHO = { 'setup.cfg': '[metadata]\nname = App\nversion = 1.0' };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const GIT = 'https://git.acme.dev/t/eel.git';
const SHA256 = 'ab'.repeat(32);

/** Each as a release 1 on the index whose source distribution holds these files; null = one that cannot be read. */
async function released(
  projects: Record<string, Record<string, string> | null>,
): Promise<Pick<RecordingOptions, 'offered' | 'content'>> {
  const offered: RecordingOptions['offered'] = {};
  const content: RecordingOptions['content'] = {};
  for (const [name, files] of Object.entries(projects)) {
    offered[name] = [`${name}-1.tar.gz`];
    if (files !== null) content[`${name}-1.tar.gz`] = await sdist(files);
  }
  return { offered, content };
}

const info = (...requires: string[]): Record<string, string> => ({
  'PKG-INFO': ['Metadata-Version: 2.2', 'Name: made', ...requires.map((text) => `Requires-Dist: ${text}`)].join('\n'),
});
const FLASK = { flask: info('jinja2>=3', 'asgiref; extra == "async"'), jinja2: info('MarkupSafe'), markupsafe: info(), asgiref: info() };

async function resolve(options: RecordingOptions): Promise<Resolution & { recorded: Recorded }> {
  const { job, recorded } = recordingJob(options);
  return { ...(await resolvePip(job)), recorded };
}

/** `App > flask`, each with the version if it is not that of the tests; `?flask` where requirements are unknown. */
function shown({ edges, packages }: Resolution): string[] {
  const short = (text: string): string => text.replace(/ 1(\.0)?$/, '');
  const unknown = packages.flatMap(({ dependencies }) => dependencies.filter((each) => each.requirementsUnknown));
  return [
    ...edges.map(({ from, to }) => `${short(`${from.name} ${from.version}`)} > ${short(`${to.name} ${to.version}`)}`).sort(),
    ...unknown.map(({ name, version }) => `?${short(`${name} ${version}`)}`),
  ];
}

describe('the graph of a package', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'leads to what nobody requires, and from there to the rest',
      { ...WHO, 'requirements.txt': 'flask==1\njinja2==1\nmarkupsafe==1' },
      ['App > flask', 'flask > jinja2', 'jinja2 > markupsafe'],
    ],
    [
      'has what belongs to an extra that a line asks for',
      { ...WHO, 'requirements.txt': 'flask[Async]==1\nasgiref==1' },
      ['App > flask', 'flask > asgiref'],
    ],
    [
      'leads to what its own files name',
      { 'pyproject.toml': '[project]\nname = "App"\nversion = "1.0"\ndependencies = ["MarkupSafe"]', 'requirements.txt': 'jinja2==1\nmarkupsafe==1' },
      ['App > jinja2', 'App > markupsafe', 'jinja2 > markupsafe'],
    ],
    [
      'is one of what is needed to run and to build',
      { ...WHO, 'requirements.txt': 'flask==1', 'requirements-build.txt': 'jinja2==1\nflask==1' },
      ['App > flask', 'flask > jinja2'],
    ],
    [
      'ends where nothing is known',
      { ...WHO, 'requirements.txt': 'silent==1\nflask==1' },
      ['App > flask', 'App > silent', '?silent'],
    ],
  ])('%s', async (_, files, expected) => {
    const resolution = await resolve({ files, ...(await released({ ...FLASK, silent: {} })) });
    expect(shown(resolution)).toEqual(expected);
    expect(resolution.edges[0]?.package).toEqual({ type: 'pip', name: 'App', version: '1.0' });
    // All was seen while it was fetched.
    expect(resolution.recorded.opened).toEqual([]);
  });

  it('is one of its own for each package', async () => {
    const files = {
      'a/setup.cfg': '[metadata]\nname = A\nversion = 1',
      'b/setup.cfg': '[metadata]\nname = B\nversion = 1',
      'a/requirements.txt': 'flask[async]==1\njinja2==1\nasgiref==1',
      'b/requirements.txt': 'flask==1\nasgiref==1',
    };
    const { edges } = await resolve({ files, paths: [{ path: 'a' }, { path: 'b' }], ...(await released(FLASK)) });
    expect(edges.map(({ package: { name }, from, to }) => `${name}: ${from.name} > ${to.name}`).sort()).toEqual([
      'A: A > flask',
      'A: flask > asgiref',
      'A: flask > jinja2',
      'B: B > asgiref',
      'B: B > flask',
    ]);
  });

  it('has what is at addresses, in repositories and in directories', async () => {
    const address = `https://h.dev/kite.tar.gz`;
    const files = {
      ...WHO,
      'lib/setup.cfg': '[metadata]\nname = lib\nversion = 3\n[options]\ninstall_requires = markupsafe',
      'dark/setup.cfg': '[metadata]\nname = dark\nversion = 3',
      'requirements.txt': [
        `kite @ ${address}#sha256=${SHA256}`,
        `gull @ https://h.dev/gull.tar.gz#sha256=${SHA256}`,
        `eel @ git+${GIT}@${COMMIT}#subdirectory=py`,
        `crab @ git+${GIT}@${COMMIT}`,
        './lib',
        './dark',
        'markupsafe==1',
      ].join('\n'),
    };
    const { offered, content } = await released(FLASK);
    const repositories = { [GIT]: { 'py/pyproject.toml': '[project]\nname = "eel"\ndependencies = ["kite"]' } };
    const kite = await sdist({ 'setup.cfg': '[options]\ninstall_requires = lib' });
    const resolution = await resolve({
      files,
      offered,
      repositories,
      content: { ...content, [`${address}#sha256-${SHA256}`]: kite },
    });
    const at = `git+${GIT}@${COMMIT}`;
    const kiteAt = `kite ${address}#sha256=${SHA256}&cachito_hash=sha256:${SHA256}`;
    const gullAt = `gull https://h.dev/gull.tar.gz#sha256=${SHA256}&cachito_hash=sha256:${SHA256}`;
    expect(shown(resolution)).toEqual(
      [
        `App > crab ${at}`,
        'App > dark ./dark',
        `App > eel ${at}`,
        `App > ${gullAt}`,
        `eel ${at} > ${kiteAt}`,
        `${kiteAt} > lib ./lib`,
        'lib ./lib > markupsafe',
      ]
        .sort()
        .concat(`?${gullAt}`, `?crab ${at}`, '?dark ./dark'),
    );
  });
});

describe('what archived files require', () => {
  const files = { ...WHO, 'requirements.txt': 'flask==1\njinja2==1' };

  it('is recorded, and read again from the store only where it is not', async () => {
    const findings = new Map<string, string>();
    const options = { files, ...(await released(FLASK)), findings };
    const expected = ['App > flask', 'flask > jinja2'];
    expect(shown(await resolve(options))).toEqual(expected);
    const kept = new Map(findings);

    // Nothing is looked at: as if it was fetched for another request.
    const stored = (job: ReturnType<typeof recordingJob>['job']): typeof job => ({
      ...job,
      artifacts: {
        ...job.artifacts,
        getAll: (specs, all) => job.artifacts.getAll(specs.map((spec) => ({ ...spec, inspect: undefined })), all),
      },
    });
    const repeated = recordingJob(options);
    expect(shown(await resolvePip(stored(repeated.job)))).toEqual(expected);
    expect(repeated.recorded.opened).toEqual([]);

    [...findings.keys()].filter((key) => key.startsWith('pip-distribution ')).forEach((key) => findings.set(key, '{}'));
    const upgraded = recordingJob(options);
    expect(shown(await resolvePip(stored(upgraded.job)))).toEqual(expected);
    expect(upgraded.recorded.opened).toHaveLength(2);
    expect(findings).toEqual(kept);
  });

  it.each([
    ['of the last files where it is too much', (at: number) => `Keywords: ${at}`, 33],
    // The same file is read once.
    ['of all where it comes to too many edges', () => '', 0],
  ])('is unknown %s', async (_, field, known) => {
    const requires = Array.from({ length: 9000 }, () => 'Requires-Dist: p0').join('\n');
    const all = Array.from({ length: 40 }, (_each, at): [string, Record<string, string>] => [
      `p${at}`,
      { 'PKG-INFO': `Metadata-Version: 2.2\n${requires}\n${field(at)}` },
    ]);
    const lines = all.map(([name]) => `${name}==1`);
    const resolution = await resolve({
      files: { ...WHO, 'requirements.txt': lines.join('\n') },
      ...(await released(Object.fromEntries(all))),
    });
    const unknown = resolution.packages[0].dependencies.filter((each) => each.requirementsUnknown);
    expect(unknown.map(({ name }) => name)).toEqual(all.slice(known).map(([name]) => name));
    const warning = 'warn: What the Python dependencies at the root of the repository require of each other is not recorded';
    expect(resolution.recorded.logged.filter((line) => line.startsWith(warning))).toHaveLength(known === 0 ? 1 : 0);
    expect(resolution.edges.filter(({ from }) => from.name === 'App')).toHaveLength(known === 0 ? 40 : 39);
  });
});
