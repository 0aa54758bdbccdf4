import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import tar from 'tar-stream';
import type { Resolution, ResolveJob } from '../package-manager.js';
import { application, COMMIT } from './__fixtures__/lock-files.js';
import { recordingJob } from './__fixtures__/recording-job.js';
import { resolveNpm } from './resolve.js';

/** npm 7 and later read these instead of a lock file of version 1. */
const MANIFESTS: Record<string, object> = {
  kite: { dependencies: { '@acme/dial': '^3.0.0', tail: '1.0.0' }, bundleDependencies: ['tail'] },
  rainbar: { dependencies: { short: 'npm:real@^3.0.0' } },
};

/** Archives as npm packs them; `kite` brings `tail` along. */
async function archive(name: string, version: string): Promise<Buffer> {
  const pack = tar.pack();
  const files: [string, object][] = [['package', { name, version, ...MANIFESTS[name] }]];
  if (name === 'kite') files.push(['package/node_modules/tail', { name: 'tail', version: '1.0.0' }]);
  for (const [folder, manifest] of files) pack.entry({ name: `${folder}/package.json` }, JSON.stringify(manifest));
  pack.finalize();
  return buffer(pack.pipe(createGzip()));
}

const PACKAGES = [
  ['@acme/dial', '4.6.0'],
  ['@acme/dial', '3.0.0'],
  ['kite', '2.1.3'],
  ['lint-sun', '5.1.0'],
  ['real', '3.0.1'],
  ['fog', `1.4.0-external-gitcommit-${COMMIT}`],
  ['rainbar', `1.0.0-external-gitcommit-${COMMIT}`],
  ['sky', '1.0.0-external-sha512-0a1b'],
] as const;

let bundle: string;
let archives: Map<string, Buffer>;

beforeEach(async () => {
  bundle = await mkdtemp(join(tmpdir(), 'cachito-npm-ci-'));
  archives = new Map();
  for (const [name, version] of PACKAGES) archives.set(`${name}@${version}`, await archive(name, version));
});

afterEach(() => rm(bundle, { recursive: true, force: true }));

async function write(path: string, content: string | Buffer): Promise<void> {
  const file = join(bundle, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** The unpacked bundle with the configuration files for offline use, in another place than the test's own directory. */
async function unpack(job: ResolveJob, files: Record<string, string>, resolution: Resolution): Promise<void> {
  for (const [path, text] of Object.entries(files)) await write(`app/${path}`, text);
  for (const { artifact, path } of resolution.artifacts) {
    await write(`deps/${path}`, await buffer(await job.artifacts.open(artifact)));
  }
  for (const { path, template } of resolution.files.filter(({ mode }) => mode !== 'registry')) {
    const text = template.map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.fill === 'bundle-directory') return piece.relative;
      throw new Error(`${piece.fill} has no place offline`);
    });
    await write(path, text.join(''));
  }
}

const INSTALLED = {
  '@acme/dial': '4.6.0',
  kite: '2.1.3',
  'kite/node_modules/@acme/dial': '3.0.0',
  'kite/node_modules/tail': '1.0.0',
  'lint-sun': '5.1.0',
  mist: `1.4.0-external-gitcommit-${COMMIT}`,
  rainbar: `1.0.0-external-gitcommit-${COMMIT}`,
  short: '3.0.1',
  sky: '1.0.0-external-sha512-0a1b',
};

describe('npm ci --offline in the unpacked bundle', () => {
  it.each([
    [1, '.'],
    [2, '.'],
    [3, '.'],
    [3, 'web/ui'],
  ] as const)('installs everything that a lock file of version %s at %s names', async (version, directory) => {
    const files = Object.fromEntries(
      Object.entries(application(version)).map(([path, text]) => [
        join(directory, path),
        withoutRegistryIntegrity(text),
      ]),
    );
    const { job, external } = recordingJob({
      files,
      paths: [directory],
      npm: { fileDependencyAllowlist: { dash: ['@acme/cloudy'] } },
      packed: { fog: { name: 'fog', version: '1.4.0' }, mist: { name: 'fog', version: '1.4.0' } },
      bytes: (name, version_) => archives.get(`${name}@${version_}`) ?? Buffer.alloc(0),
    });
    await unpack(job, files, await resolveNpm(job, external));

    const app = join(bundle, 'app', directory);
    const home = join(bundle, 'home');
    await execa('npm', ['ci', '--offline', '--cache', join(home, 'cache')], {
      cwd: app,
      extendEnv: false,
      env: { PATH: process.env.PATH, HOME: home, npm_config_registry: 'http://127.0.0.1:9/' },
    });
    for (const [name, installed] of Object.entries(INSTALLED)) {
      const manifest = await readFile(join(app, 'node_modules', name, 'package.json'), 'utf8');
      expect(`${name} ${JSON.parse(manifest).version}`).toBe(`${name} ${installed}`);
    }
    expect(existsSync(join(app, 'node_modules/@acme/cloudy/package.json'))).toBe(true);
  });
});

/** The digests of the fixture belong to no file, so those of the archives take their place. */
function withoutRegistryIntegrity(text: string): string {
  const json: unknown = JSON.parse(text, (_key, value) => {
    if (
      typeof value?.integrity === 'string' &&
      !String(value.version).startsWith('http') &&
      !/^https:..dl/.test(value.resolved)
    )
      delete value.integrity;
    return value;
  });
  return JSON.stringify(json);
}
