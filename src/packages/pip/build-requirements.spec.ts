import { describe, expect, it } from '@jest/globals';
import type { BuildRequirement } from '../package-manager.js';
import { type Recorded, recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import { sdist } from './__fixtures__/sdist.js';
import { missingWarning } from './build-requirements.js';
import { resolvePip } from './resolve.js';

const WHO = { 'setup.cfg': '[metadata]\nname = App\nversion = 1.0' };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const GIT = 'https://me:pw@git.acme.dev/t/eel.git';
const SHA256 = 'ab'.repeat(32);

const pyproject = (...requires: string[]): string =>
  `[build-system]\nbuild-backend = "b"\nrequires = ${JSON.stringify(requires)}\n`;

async function resolve(options: RecordingOptions): Promise<{ found: BuildRequirement[]; recorded: Recorded }> {
  const { job, recorded } = recordingJob(options);
  const { buildRequirements = [] } = await resolvePip(job);
  return { found: buildRequirements, recorded };
}

/** An application that needs `needy`, whose build needs these, and has `pinned` for it. */
async function needing(requires: string[], pinned: string[], offered: RecordingOptions['offered'] = {}): Promise<RecordingOptions> {
  return {
    files: { ...WHO, 'requirements.txt': 'needy==1', 'requirements-build.txt': pinned.join('\n') },
    offered: { needy: ['needy-1.tar.gz'], 'setup-tools': ['Setup_Tools-68.1.tar.gz', 'Setup_Tools-69b1.tar.gz'], ...offered },
    content: { 'needy-1.tar.gz': await sdist({ 'pyproject.toml': pyproject(...requires) }) },
  };
}

describe('what a release needs to be built', () => {
  it.each<[string, string[], string[], string[]]>([
    ['is nothing', [], [], []],
    ['is missing', ['wheel', 'setup-tools>=68'], [], ['wheel', 'setup-tools>=68']],
    ['is there, however it is spelled', ['setup.tools', 'SETUP_TOOLS'], ['setup-tools==68.1'], []],
    ['is there in a range', ['setup-tools>=68,<69,!=68.0', 'setup-tools ~= 68.0', 'setup-tools (==68.*)'], ['setup-tools==68.1'], []],
    ['is there in another version', ['setup-tools>=69', 'setup-tools==68', 'setup-tools===68.1.0'], ['setup-tools==68.1'], ['setup-tools>=69', 'setup-tools==68', 'setup-tools===68.1.0']],
    ['is there in one of two versions', ['setup-tools>68.1', 'setup-tools<68.5'], ['setup-tools==68.1', 'setup-tools==69b1'], []],
    ['has markers and extras', ['setup-tools[x]>=68; python_version < "3.9"', 'wheel[y] ; os_name=="posix"'], ['setup-tools==68.1'], ['wheel[y] ; os_name=="posix"']],
    ['is for nobody', ['wheel; os_name == "nt"', 'setup-tools<40; python_version == "3.3"'], ['setup-tools==68.1'], []],
    ['is at an address', ['setup-tools @ https://h.dev/x.zip'], ['setup-tools==68.1'], ['setup-tools @ https://h.dev/x.zip']],
    ['is no requirement', ['setup-tools 68'], ['setup-tools==68.1'], ['setup-tools 68']],
  ])('%s', async (_name, requires, pinned, missing) => {
    const { found, recorded } = await resolve(await needing(requires, pinned));
    expect(found).toContainEqual({ name: 'needy', version: '1', backend: 'b', requires, missing });
    const warnings = recorded.logged.filter((line) => line.startsWith('warn: Builds will fail'));
    expect(warnings).toHaveLength(missing.length > 0 ? 1 : 0);
    // Those that are only pinned are none of the tests' archives.
    expect(recorded.opened.filter((url) => url.includes('needy'))).toEqual([]);
  });

  it('is not missing where nobody installs it', async () => {
    const options = await needing(['wheel'], []);
    const files = { ...options.files, 'requirements.txt': 'needy==1 ; sys_platform == "win32"' };
    expect((await resolve({ ...options, files })).found).toMatchObject([{ name: 'needy', requires: ['wheel'], missing: [] }]);
    const both = { ...files, 'requirements.txt': `${files['requirements.txt']}\nneedy==1` };
    expect((await resolve({ ...options, files: both })).found).toMatchObject([{ name: 'needy', missing: ['wheel'] }]);
  });

  it('is not there where all of it is yanked, unless it is asked for by its version', async () => {
    const requires = ['setup-tools', 'setup-tools>=68', 'setup-tools==68.*', 'setup-tools==68.1', 'setup-tools===68.1'];
    const options = await needing(requires, ['setup-tools==68.1'], { 'setup-tools': [{ filename: 'setup-tools-68.1.tar.gz', yanked: 'x' }] });
    const { found } = await resolve({ ...options, pip: { allowYanked: true } });
    expect(found[0].missing).toEqual(requires.slice(0, 3));
  });

  it('is told without user and password of addresses', async () => {
    const { found, recorded } = await resolve(await needing(['x @ git+https://me:secret@h.dev/x@main'], []));
    expect(found[0]).toMatchObject({ requires: ['x @ git+https://h.dev/x@main'], missing: ['x @ git+https://h.dev/x@main'] });
    expect(JSON.stringify(recorded.logged)).not.toContain('secret');
  });

  it('is looked up once for ever', async () => {
    const findings = new Map<string, string>();
    const options = { ...(await needing(['wheel'], [])), findings };
    const first = await resolve(options);
    const { recorded, found } = await resolve({ ...options, content: undefined });
    // Content of the same address is other content here, so that it is opened.
    expect(recorded.opened).toHaveLength(1);
    expect(found[0]).toEqual({ name: 'needy', version: '1', backend: null, requires: [], missing: [] });
    const { job, recorded: third } = recordingJob(options);
    const { getAll } = job.artifacts;
    // As if it were stored: then nobody looks into it.
    job.artifacts.getAll = (specs, rest) => getAll(specs.map((spec) => ({ ...spec, inspect: undefined })), rest);
    expect((await resolvePip(job)).buildRequirements).toEqual(first.found);
    expect(third.opened).toEqual([]);
  });

  it('is told once for a release of several packages and both sets', async () => {
    const { content, offered } = await needing(['wheel'], []);
    const files = { 'a/setup.cfg': WHO['setup.cfg'], 'b/setup.cfg': '[metadata]\nname=b\nversion=1', 'a/requirements.txt': 'needy==1', 'a/requirements-build.txt': 'needy==1.0', 'b/requirements.txt': 'needy==1' };
    const { found } = await resolve({ files, content, offered, paths: [{ path: 'a' }, { path: 'b' }] });
    expect(found).toHaveLength(1);
  });
});

describe('what other things need to be built', () => {
  const repository = {
    'pyproject.toml': pyproject('top'),
    'a/pyproject.toml': pyproject('of-a'),
    'b/setup.py': 'setup(setup_requires=["of-b"])',
  };

  it('is that of their directory', async () => {
    const at = (name: string, directory: string): string => `${name} @ git+${GIT}@${COMMIT}#subdirectory=${directory}`;
    const findings = new Map<string, string>();
    const options: RecordingOptions = {
      files: {
        ...WHO,
        'requirements.txt': [`e @ git+${GIT}@${COMMIT}`, at('a', 'a'), at('b', 'b'), at('c', 'c'), at('d', '../..'), './lib', '-e .'].join('\n'),
        'pyproject.toml': pyproject('of-app'),
        'lib/setup.cfg': '[metadata]\nname=lib\n[options]\nsetup_requires = of-lib',
      },
      repositories: { [GIT]: repository },
      findings,
    };
    const { found, recorded } = await resolve(options);
    // All directories of one commit are one dependency, by its name.
    expect(found.map(({ name, version, requires }) => [name, version.slice(-6), requires])).toEqual([
      ['e', COMMIT.slice(-6), ['top']],
      ['a', COMMIT.slice(-6), ['of-a']],
      ['b', COMMIT.slice(-6), ['setuptools', 'of-b']],
      ['c', COMMIT.slice(-6), ['setuptools']],
      ['d', COMMIT.slice(-6), []],
      ['lib', './lib', ['setuptools', 'of-lib']],
      ['App', '.', ['of-app']],
    ]);
    expect(recorded.sources).toHaveLength(5);
    const again = await resolve(options);
    expect(again.recorded.sources).toEqual([]);
    expect(again.found).toEqual(found);
  });

  it('is read from files at addresses, but not from directories inside or wheels', async () => {
    const lines = ['k @ https://h.dev/k.tar.gz', 'l @ https://h.dev/l.tar.gz', 's @ https://h.dev/s.tar.gz#subdirectory=s', 'foo @ https://h.dev/foo-1-py3-none-any.whl'];
    const files = { ...WHO, 'requirements.txt': lines.map((line) => `${line} --hash=sha256:${SHA256}`).join('\n') };
    const content = { [`https://h.dev/k.tar.gz#sha256-${SHA256}`]: await sdist({ 'pyproject.toml': pyproject('wheel') }) };
    const { found } = await resolve({ files, content, paths: [{ path: '.', binary: {} }] });
    expect(found.map(({ name, requires, missing }) => [name, requires, missing])).toEqual([
      ['k', ['wheel'], ['wheel']],
      ['l', [], []],
    ]);
  });
});

describe('the warning', () => {
  const need = (name: string, ...missing: string[]): BuildRequirement => ({ name, version: '1', backend: null, requires: missing, missing });

  it('is one line about all that is missing', () => {
    expect(missingWarning([])).toBeUndefined();
    expect(missingWarning([need('a')])).toBeUndefined();
    expect(missingWarning([need('a'), need('b', 'y>=1', 'x'), need('c', 'x')])).toBe(
      'Builds will fail where they need what no requirements file pins: "x", "y>=1" (to build "b", "c"). Add it to ' +
        'requirements-build.txt; GET …/build-requirements of this request tells all of it.',
    );
    const long = missingWarning(Array.from({ length: 9 }, (_, at) => need(`n${at}`, `m${at}`)));
    expect(long).toContain('"m4", … (to build "n0"');
  });

  it('shows no address, and what others wrote in quotes', () => {
    const text = missingWarning([need('a', 'x\u001b[31m\nERROR', 'k @ https://u:p@h.dev/x?token=t')]);
    expect(text).toContain('"x\\u001b[31m\\nERROR"');
    expect(text).toContain('"k @ https:..."');
    expect(text).not.toMatch(/token|h\.dev/);
  });
});
