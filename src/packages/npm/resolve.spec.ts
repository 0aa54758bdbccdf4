import { describe, expect, it, jest } from '@jest/globals';
import type { ConfigurationFile, Resolution } from '../package-manager.js';
import {
  InvalidChecksum,
  InvalidFileFormat,
  InvalidRepoStructure,
  UnsupportedFeature,
  ValidationError,
} from '../../errors/index.js';
import { application, COMMIT, flat, FOG, nested, RAIN, SHA512, SKY } from './__fixtures__/lock-files.js';
import { type RecordingJob, recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import type { ArchiveExternal } from './fetch.js';
import { resolveNpm } from './resolve.js';

const PACKED = { fog: { name: 'fog', version: '1.4.0' }, mist: { name: 'fog', version: '1.4.0' } };
const ALLOWED = { fileDependencyAllowlist: { dash: ['@acme/cloudy'] } };

async function resolve(options: RecordingOptions): Promise<{ resolution: Resolution } & RecordingJob> {
  const recording = recordingJob({ packed: PACKED, npm: ALLOWED, ...options });
  return { resolution: await resolveNpm(recording.job, recording.external), ...recording };
}

function rendered({ template }: ConfigurationFile): string {
  return template.map((piece) => (typeof piece === 'string' ? piece : `<${piece.fill}>`)).join('');
}

/** A project at a directory whose lock file has these entries. */
function project(packages: Record<string, unknown>, directory = '', name = 'dash'): Record<string, string> {
  return {
    [`${directory}package.json`]: JSON.stringify({ name, version: '1.0.0' }),
    [`${directory}package-lock.json`]: flat(packages, { name }),
  };
}

describe('an application', () => {
  const DEPENDENCIES = [
    ['@acme/cloudy', 'file:libs/cloudy', false, undefined],
    ['@acme/dial', '4.6.0', false, '4.6.0'],
    ['@acme/dial', '3.0.0', false, '3.0.0'],
    ['kite', '2.1.3', false, '2.1.3'],
    ['tail', '1.0.0', false, undefined],
    ['lint-sun', '5.1.0', true, '5.1.0'],
    ['fog', FOG, false, `1.4.0-external-gitcommit-${COMMIT}`],
    ['rainbar', RAIN, false, `1.0.0-external-gitcommit-${COMMIT}`],
    ['real', '3.0.1', false, '3.0.1'],
    ['sky', SKY, false, '1.0.0-external-sha512-0a1b'],
  ];

  it.each([1, 2, 3] as const)('of version %s is reported, archived, placed and served', async (version) => {
    const { resolution, recorded } = await resolve({ files: application(version) });
    const [dash, ...others] = resolution.packages;
    expect(others).toEqual([]);
    expect(dash).toMatchObject({ type: 'npm', name: 'dash', version: '1.0.0', path: '.' });
    expect(dash.dependencies.map((each) => [each.name, each.version, each.dev, each.artifact?.version])).toEqual(
      // Version 1 does not say what a git dependency calls itself.
      DEPENDENCIES.map((each) => (version === 1 && each[0] === 'fog' ? ['mist', ...each.slice(1)] : each)),
    );
    expect(dash.dependencies.every(({ type, replaces }) => type === 'npm' && replaces === null)).toBe(true);

    expect(resolution.artifacts.map(({ path }) => path)).toEqual([
      'npm/@acme/dial/acme-dial-4.6.0.tgz',
      'npm/kite/kite-2.1.3.tgz',
      'npm/@acme/dial/acme-dial-3.0.0.tgz',
      'npm/lint-sun/lint-sun-5.1.0.tgz',
      'npm/real/real-3.0.1.tgz',
      `npm/external-fog/fog-1.4.0-external-gitcommit-${COMMIT}.tgz`,
      `npm/github/acme/rainbar/rainbar-1.0.0-external-gitcommit-${COMMIT}.tgz`,
      'npm/external-sky/sky-1.0.0-external-sha512-0a1b.tgz',
    ]);
    expect(resolution.registryEntries).toEqual(
      resolution.artifacts.map(({ artifact }) => ({ artifact, name: artifact.name, version: artifact.version })),
    );
    expect(resolution.edges).toContainEqual({
      package: { type: 'npm', name: 'dash', version: '1.0.0' },
      from: { type: 'npm', name: 'kite', version: '2.1.3' },
      to: { type: 'npm', name: '@acme/dial', version: '3.0.0' },
    });
    expect(resolution.edits).toEqual([]);
    expect(resolution.environment).toHaveLength(4);
    expect(recorded.externals.map(({ kind, source, integrity }) => [kind, source, integrity])).toEqual([
      ['git', FOG, undefined],
      ['git', RAIN, undefined],
      ['tarball', SKY, SHA512],
    ]);
  });

  it('gets its configuration files in order, for both ways to build', async () => {
    const { resolution } = await resolve({ files: application(3) });
    expect(resolution.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['app/package.json', undefined],
      ['app/libs/cloudy/package.json', undefined],
      ['app/package-lock.json', 'registry'],
      ['app/package-lock.json', 'offline'],
      ['app/.npmrc', 'registry'],
      ['app/.npmrc', 'offline'],
    ]);
    const [root, cloudy] = resolution.files.map(rendered);
    expect(JSON.parse(root)).toMatchObject({
      dependencies: {
        mist: `npm:fog@1.4.0-external-gitcommit-${COMMIT}`,
        rainbar: `1.0.0-external-gitcommit-${COMMIT}`,
        kite: '^2.0.0',
      },
      devDependencies: { sky: '1.0.0-external-sha512-0a1b' },
      overrides: {
        rainbar: `1.0.0-external-gitcommit-${COMMIT}`,
        kite: { mist: `npm:fog@1.4.0-external-gitcommit-${COMMIT}` },
      },
    });
    expect(JSON.parse(cloudy)).toMatchObject({ peerDependencies: { rainbar: `1.0.0-external-gitcommit-${COMMIT}` } });
  });

  it('keeps its own manifest and lock file when all comes from registries', async () => {
    const files = { ...project({ 'node_modules/kite': { version: '2.1.3' } }), 'npm-shrinkwrap.json': flat({}) };
    const { resolution } = await resolve({ files });
    expect(resolution.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['app/npm-shrinkwrap.json', 'offline'],
      ['app/.npmrc', 'registry'],
      ['app/.npmrc', 'offline'],
    ]);
    expect(resolution.artifacts).toEqual([]);
  });

  it('is asked for with addresses, digests and where they come from', async () => {
    const { recorded } = await resolve({ files: application(3) });
    const [dial, , , sun] = recorded.specs;
    expect(dial).toEqual({
      ecosystem: 'npm',
      name: '@acme/dial',
      version: '4.6.0',
      upstreams: ['https://registry.npmjs.org/@acme/dial/-/dial-4.6.0.tgz'],
      digests: { sha512: '07'.repeat(64) },
      compute: ['sha512', 'sha1'],
      verifiedBy: 'lock file',
    });
    expect(sun).toMatchObject({
      upstreams: ['https://registry.npmjs.org/lint-sun/-/lint-sun-5.1.0.tgz'],
      digests: {},
      verifiedBy: 'none',
    });
  });

  it('without integrity is checked against the registry, and warned of in one line', async () => {
    const packages = Object.fromEntries(
      Array.from({ length: 8 }, (_, at) => [`node_modules/k${at}`, { version: '1.0.0' }]),
    );
    const documents = { 'https://registry.npmjs.org/k0/1.0.0': `{"dist": {"integrity": "${SHA512}"}}` };
    const { recorded, job } = await resolve({ files: project(packages), documents });
    const [spec] = recorded.specs;
    expect(await spec.findDigests?.(spec.upstreams[0], job.signal)).toEqual({
      digests: { sha512: '07'.repeat(64) },
      verifiedBy: 'registry',
    });
    expect(recorded.warnings).toEqual([
      'The lock files name no integrity for 8 of 8 registry packages; what the registry says is checked instead: ' +
        'k0@1.0.0, k1@1.0.0, k2@1.0.0, k3@1.0.0, k4@1.0.0, …',
    ]);
  });
});

describe('one name and version in several places', () => {
  const places = (first: object, second: object): Record<string, unknown> => ({
    'node_modules/kite': { version: '1.0.0', ...first },
    'node_modules/a/node_modules/kite': { version: '1.0.0', ...second },
  });
  it.each<[string, object, object, boolean, boolean]>([
    ['is for development if all are', { dev: true }, { dev: true }, true, true],
    ['is for the product if one is', { dev: true }, {}, false, true],
    ['is fetched if one is not bundled', { inBundle: true }, { dev: true }, false, true],
    ['is not fetched if all are bundled', { inBundle: true, dev: true }, { inBundle: true, dev: true }, true, false],
  ])('%s', async (_name, first, second, dev, fetched) => {
    const { resolution } = await resolve({ files: project(places(first, second)) });
    expect(
      resolution.packages[0].dependencies.map((each) => [each.name, each.dev, each.artifact !== undefined]),
    ).toEqual([['kite', dev, fetched]]);
    expect(resolution.artifacts).toHaveLength(fetched ? 1 : 0);
  });

  it('is an edge once', async () => {
    const files = project({
      'node_modules/a': { version: '1.0.0', dependencies: { kite: '1', a: '1' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/b/node_modules/a': { version: '1.0.0', dependencies: { kite: '1' } },
      'node_modules/kite': { version: '1.0.0' },
    });
    const { resolution } = await resolve({ files });
    expect(resolution.edges.map(({ from, to }) => `${from.name} -> ${to.name}`)).toEqual(['a -> kite']);
  });

  it('stands with other versions of its name', async () => {
    const { resolution } = await resolve({
      files: project({
        'node_modules/b': { version: '1.0.0' },
        'node_modules/a': { version: '1.0.0' },
        'node_modules/a/node_modules/b': { version: '2.0.0' },
      }),
    });
    expect(resolution.packages[0].dependencies.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'b@1.0.0',
      'b@2.0.0',
      'a@1.0.0',
    ]);
  });
});

describe('several paths', () => {
  const KITE = { 'node_modules/kite': { version: '1.0.0', integrity: SHA512 } };
  const GIT = { 'node_modules/fog': { resolved: FOG } };

  it('fetch each thing once and keep their order', async () => {
    const files = { ...project({ ...KITE, ...GIT }, 'web/', 'web'), ...project({ ...KITE, ...GIT }, 'api/', 'api') };
    const { resolution, recorded } = await resolve({ files, paths: ['web', 'api'] });
    expect(recorded.specs).toHaveLength(1);
    expect(recorded.externals).toHaveLength(1);
    expect(recorded.progress.at(-1)).toEqual([2, 2]);
    expect(resolution.packages.map(({ name, path }) => [name, path])).toEqual([
      ['web', 'web'],
      ['api', 'api'],
    ]);
    expect(resolution.artifacts).toHaveLength(2);
    expect(resolution.registryEntries).toHaveLength(2);
    expect(resolution.files.map(({ path, mode }) => `${path} ${mode}`)).toEqual([
      'app/web/package-lock.json registry',
      'app/web/package-lock.json offline',
      'app/api/package-lock.json registry',
      'app/api/package-lock.json offline',
      'app/web/.npmrc registry',
      'app/web/.npmrc offline',
      'app/api/.npmrc registry',
      'app/api/.npmrc offline',
    ]);
    expect(recorded.phases).toEqual([
      'Reading the npm lock file at web',
      'Reading the npm lock file at api',
      'Fetching the npm dependencies at web, api',
      'Writing the npm configuration files for web',
      'Writing the npm configuration files for api',
    ]);
  });

  it('are all checked before anything is fetched', async () => {
    const recording = recordingJob({ files: project(KITE, 'web/'), paths: ['web', 'api'] });
    await expect(resolveNpm(recording.job, recording.external)).rejects.toThrow(InvalidRepoStructure);
    expect(recording.recorded).toMatchObject({ specs: [], externals: [], phases: [] });
  });

  it('are all read before anything is fetched', async () => {
    const files = {
      ...project(KITE, 'web/'),
      ...project({ 'node_modules/x': { version: '1.0.0', resolved: 'file:../../x' } }, 'api/'),
    };
    const recording = recordingJob({ files, paths: ['web', 'api'] });
    await expect(resolveNpm(recording.job, recording.external)).rejects.toThrow(InvalidRepoStructure);
    expect(recording.recorded).toMatchObject({ specs: [], externals: [] });
  });

  it('are refused together when they name more than anybody needs', async () => {
    const entries = Object.fromEntries(Array.from({ length: 80_000 }, (_, at) => [`node_modules/k${at}`, { version: '1.0.0' }]));
    const files = { ...project(entries, 'a/', 'a'), ...project(entries, 'b/', 'b') };
    await expect(resolve({ files, paths: ['a', 'b'] })).rejects.toThrow('more than 150000 npm dependencies together');
  });

  it('that mean different files by one package are refused', async () => {
    const other = {
      'node_modules/kite': { version: '1.0.0', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` },
    };
    await expect(
      resolve({ files: { ...project(KITE, 'web/'), ...project(other, 'api/') }, paths: ['web', 'api'] }),
    ).rejects.toThrow(InvalidFileFormat);
  });

  it('may share a workspace, whose manifest gets the changes for all', async () => {
    const files = {
      ...project({ 'libs/a': {}, 'node_modules/fog': { resolved: FOG } }),
      'libs/a/package.json': '{"name": "a", "version": "2.0.0", "dependencies": {"fog": "git", "sky": "https://x"}}',
      'libs/a/package-lock.json': flat({ 'node_modules/sky': { resolved: SKY, integrity: SHA512 } }, { name: 'a' }),
    };
    const { resolution } = await resolve({
      files,
      paths: ['.', 'libs/a'],
      npm: { fileDependencyAllowlist: { dash: ['a'] } },
    });
    const manifests = resolution.files.filter(({ path }) => path === 'app/libs/a/package.json');
    expect(manifests.map(rendered).map((text) => JSON.parse(text).dependencies)).toEqual([
      { fog: `1.4.0-external-gitcommit-${COMMIT}`, sky: '1.0.0-external-sha512-0a1b' },
    ]);
  });
});

describe('externals', () => {
  it('of two hosts with the same content are placed once', async () => {
    const mirror = FOG.replace('git.acme.dev', 'mirror.acme.dev');
    const { resolution } = await resolve({
      files: project({ 'node_modules/fog': { resolved: FOG }, 'node_modules/mist': { resolved: mirror } }),
    });
    expect(resolution.artifacts).toHaveLength(1);
    expect(resolution.registryEntries).toHaveLength(1);
    expect(resolution.packages[0].dependencies).toHaveLength(2);
  });

  it('that differ under one name and version are refused', async () => {
    const mirror = FOG.replace('git.acme.dev', 'mirror.acme.dev');
    let calls = 0;
    const files = project({ 'node_modules/fog': { resolved: FOG }, 'node_modules/mist': { resolved: mirror } });
    const { job, external } = recordingJob({ files, packed: PACKED });
    const differing: typeof external = async (need) => ({ ...(await external(need)), sha256: `${calls++}` });
    await expect(resolveNpm(job, differing)).rejects.toThrow(UnsupportedFeature);
  });

  it('abort the others when one fails, which is thrown once all have ended', async () => {
    const { job } = recordingJob({
      files: project({
        'node_modules/fog': { resolved: FOG },
        'node_modules/sky': { resolved: SKY, integrity: SHA512 },
        'node_modules/kite': { version: '1.0.0' },
      }),
    });
    const ended = jest.fn();
    const untilAborted = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended();
          reject(signal.reason);
        });
      });
    job.artifacts.getAll = (_specs, { signal }) => untilAborted(signal);
    const failing: ArchiveExternal = (need, { signal }) =>
      need.kind === 'git' ? Promise.reject(new InvalidChecksum('fog is not what it was')) : untilAborted(signal);
    await expect(resolveNpm(job, failing)).rejects.toThrow(new InvalidChecksum('fog is not what it was'));
    expect(ended).toHaveBeenCalledTimes(2);
  });
});

describe('when the request is cancelled', () => {
  it('nothing more is fetched', async () => {
    const reason = new Error('cancelled');
    const { job, external, recorded } = recordingJob({
      files: project({ 'node_modules/fog': { resolved: FOG } }),
      signal: AbortSignal.abort(reason),
    });
    await expect(resolveNpm(job, external)).rejects.toBe(reason);
    expect(recorded.externals).toEqual([]);
  });
});

describe('a long lock file', () => {
  const many = (count: number): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        `node_modules/k${at}`,
        { version: '1.0.0', integrity: SHA512, license: 'x'.repeat(100) },
      ]),
    );

  it('is worked on in a thread with the same result', async () => {
    const { resolution } = await resolve({ files: project({ ...many(2000), 'node_modules/fog': { resolved: FOG } }) });
    expect(resolution.artifacts).toHaveLength(2001);
    const offline = resolution.files.find(({ path, mode }) => path === 'app/package-lock.json' && mode === 'offline');
    expect(offline?.template.filter((piece) => typeof piece !== 'string')).toHaveLength(2001);
  });

  it.each<[string, string, new (message: string) => Error, RegExp]>([
    ['type', flat({ ...many(2000), 'node_modules/x': 7 }), ValidationError, /node_modules\/x/],
    ['grammar', flat({ ...many(2000), 'node_modules/x': { version: 'x' } }), InvalidFileFormat, /node_modules\/x/],
    ['source', nested({ y: { version: `gist:x${'x'.repeat(300_000)}` } }), UnsupportedFeature, /y@gist/],
  ])('fails as a short one does: %s', async (_name, text, type, message) => {
    const failed = resolve({ files: { 'package.json': '{}', 'package-lock.json': text } });
    await expect(failed).rejects.toThrow(type);
    await expect(failed).rejects.toThrow(message);
  });
});
