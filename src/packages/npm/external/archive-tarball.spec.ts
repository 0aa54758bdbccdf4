import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestArchive, TestUpstream } from '../../../dependencies/testing.js';
import { digest, externalJob, integrity, MemoryArtifacts } from './__fixtures__/external-job.js';
import { tarText } from './__fixtures__/tar-text.js';
import { listing } from './__fixtures__/unpacked.js';
import { archiveExternal, type ExternalDependency, externalSuffix } from './index.js';

const URL = 'https://files.acme.dev/kite.tgz';
const ARCHIVE = gzipSync(tarText({ name: 'package/package.json', content: '{"name":"kite","version":"1.4.0"}' }, { content: 'a' }));
const SHA512 = digest('sha512', ARCHIVE);

function tarball(source = URL, sri: string | undefined = integrity(ARCHIVE)): ExternalDependency {
  return { name: 'lock-name', source, kind: 'tarball', integrity: sri };
}

describe('a dependency by the address of an archive', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cachito-external-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('without a name of its own is called as each lock file calls it, whoever was first', async () => {
    const nameless = gzipSync(tarText({ name: 'package/package.json', content: '{"version":"1.4.0"}' }));
    const artifacts = new MemoryArtifacts(new Map([[URL, nameless]]));
    const archived = (name: string) =>
      archiveExternal({ ...tarball(URL, integrity(nameless)), name }, externalJob({ artifacts, directory }));
    const first = await archived('first');
    expect(first.name).toBe('first');
    expect(await archived('second')).toEqual({ ...first, name: 'second' });
  });

  it('is archived as it is, and with a version of its own', async () => {
    const artifacts = new MemoryArtifacts(new Map([[URL, ARCHIVE]]));
    const artifact = await archiveExternal(tarball(), externalJob({ artifacts, directory }));
    const suffix = `-external-sha512-${SHA512}`;
    expect(artifact).toMatchObject({
      ecosystem: 'npm',
      name: 'kite',
      version: `1.4.0${suffix}`,
      upstream: `npm+${URL}#sha512-${SHA512}`,
      verifiedBy: 'lock file',
    });
    expect(Object.keys(artifact.digests)).toEqual(['sha512', 'sha1']);
    expect(artifacts.specs).toEqual([
      {
        ecosystem: 'npm',
        name: 'lock-name',
        version: suffix.slice(1),
        upstreams: [`${URL}#sha512-${SHA512}`],
        digests: { sha512: SHA512 },
        verifiedBy: 'lock file',
      },
    ]);
    expect(externalSuffix(tarball())).toBe(suffix);

    expect(await archiveExternal(tarball(), externalJob({ artifacts, directory }))).toEqual(artifact);
    expect([artifacts.specs.length, artifacts.made.length]).toEqual([1, 1]);
  });

  it.each([new Date('2020-09-13T12:26:40Z'), undefined])('was published when its original was: %s', async (published) => {
    const artifacts = new MemoryArtifacts(new Map([[URL, ARCHIVE]]), published);
    const artifact = await archiveExternal(tarball(), externalJob({ artifacts, directory }));
    expect(artifact.published).toEqual(published);
  });

  it.each<[sri: string, algorithm: string]>([
    [integrity(ARCHIVE, 'sha1'), 'sha1'],
    [integrity(ARCHIVE, 'sha384'), 'sha384'],
    [`${integrity(Buffer.from('other'), 'sha1')} ${integrity(ARCHIVE, 'sha256')}`, 'sha256'],
    [`md5-AAAAAAAAAAAAAAAAAAAAAA== ${integrity(ARCHIVE)} ${integrity(ARCHIVE, 'sha1')}`, 'sha512'],
  ])('goes by the strongest of %s', async (sri, algorithm) => {
    const artifacts = new MemoryArtifacts(new Map([[URL, ARCHIVE]]));
    const { version } = await archiveExternal(tarball(URL, sri), externalJob({ artifacts, directory }));
    expect(version).toBe(`1.4.0-external-${algorithm}-${digest(algorithm, ARCHIVE)}`);
  });

  it.each<[source: string, upstream: string]>([
    ['https://bob:secret@files.acme.dev/kite.tgz', URL],
    [`${URL}#readable`, URL],
    ['HTTPS://Files.Acme.dev:443/kite.tgz', URL],
    [`${URL}?a=1&b=%20`, `${URL}?a=1&b=%20`],
    ['http://files.acme.dev/-/a/../kite.tgz', 'http://files.acme.dev/-/kite.tgz'],
  ])('at %s is asked for at %s', async (source, upstream) => {
    const artifacts = new MemoryArtifacts(new Map([[upstream, ARCHIVE]]));
    await archiveExternal(tarball(source), externalJob({ artifacts, directory }));
    expect(artifacts.specs[0].upstreams).toEqual([`${upstream}#sha512-${SHA512}`]);
    expect(artifacts.made[0].upstream).toBe(`npm+${upstream}#sha512-${SHA512}`);
  });

  it.each<[string, ExternalDependency, string, RegExp]>([
    ['no integrity', { ...tarball(), integrity: undefined }, 'InvalidFileFormat', /lock-name@https.*no integrity/],
    ['an empty integrity', tarball(URL, ''), 'InvalidFileFormat', /integrity/],
    ['a malformed integrity', tarball(URL, 'sha512-AAAA'), 'InvalidFileFormat', /integrity/],
    ['an unknown algorithm', tarball(URL, 'crc32-AAAA'), 'UnsupportedFeature', /integrity/],
    ['the integrity of another file', tarball(URL, integrity(Buffer.from('other'))), 'InvalidChecksum', /lock-name/],
    ['the strongest integrity wrong', tarball(URL, `${integrity(ARCHIVE, 'sha1')} ${integrity(Buffer.from('other'))}`), 'InvalidChecksum', /lock-name/],
    ['no address', tarball('kite.tgz'), 'InvalidFileFormat', /not an http\(s\) address/],
    ['another scheme', tarball('file:///etc/passwd'), 'InvalidFileFormat', /not an http\(s\) address/],
    ['a control character', tarball(`${URL}\n`), 'InvalidFileFormat', /not an address/],
    ['an address of absurd length', tarball(`${URL}${'x'.repeat(5000)}`), 'InvalidFileFormat', /not an address/],
  ])('with %s is refused', async (_, dependency, name, message) => {
    const artifacts = new MemoryArtifacts(new Map([[URL, ARCHIVE]]));
    const failed = archiveExternal(dependency, externalJob({ artifacts, directory }));
    await expect(failed).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    expect(artifacts.made.every(({ upstream }) => upstream.startsWith('npm+https:'))).toBe(true);
  });

  it('is recorded beside its original in the real catalogue, fetched once, and never when it is bad', async () => {
    const catalogue = await TestArchive.open();
    const files = new Map([['/kite.tgz', ARCHIVE], ['/bad.tgz', gzipSync(tarText({ name: '../x' }))]]);
    const upstream = await new TestUpstream((path, _, response) => response.end(files.get(path))).listen();
    try {
      const artifacts = catalogue.archive.forRequest({ offline: false });
      const dependency = tarball(upstream.url('/kite.tgz'));
      const first = await archiveExternal(dependency, externalJob({ artifacts, directory }));
      expect(Object.keys(await listing(await buffer(await artifacts.open(first))))).toEqual(['package/package.json', 'package/a']);
      const offline = catalogue.archive.forRequest({ offline: true });
      expect(await archiveExternal(dependency, externalJob({ artifacts: offline, directory }))).toEqual(first);
      expect(await catalogue.rows()).toHaveLength(2);
      expect(upstream.totalCalls).toBe(1);

      const bad = tarball(upstream.url('/bad.tgz'), integrity(files.get('/bad.tgz') ?? Buffer.alloc(0)));
      await expect(archiveExternal(bad, externalJob({ artifacts, directory }))).rejects.toThrow('outside of the package');
      expect(await catalogue.rows()).toHaveLength(3);
    } finally {
      upstream.close();
      await catalogue.close();
    }
  });

  it('of npm itself can be installed under its new version', async () => {
    const source = join(directory, 'source');
    await mkdir(join(source, 'bin'), { recursive: true });
    await writeFile(join(source, 'package.json'), '{"name":"@acme/kite","version":"2.0.0-rc.1","bin":"bin/kite.js"}');
    await writeFile(join(source, 'bin/kite.js'), '#!/usr/bin/env node\nconsole.log("flies")\n');
    const environment = { npm_config_cache: join(directory, 'cache'), HOME: directory };
    await execa('npm', ['pack', '--offline'], { cwd: source, env: environment });
    const archive = await readFile(join(source, 'acme-kite-2.0.0-rc.1.tgz'));

    const artifacts = new MemoryArtifacts(new Map([[URL, archive]]));
    const artifact = await archiveExternal(tarball(URL, integrity(archive)), externalJob({ artifacts, directory }));
    const bytes = artifacts.bytes(artifact.sha256);
    expect(Object.keys(await listing(bytes)).sort()).toEqual(Object.keys(await listing(archive)).sort());

    const project = join(directory, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{}');
    await writeFile(join(project, 'kite.tgz'), bytes);
    await execa('npm', ['install', '--offline', '--no-audit', './kite.tgz'], { cwd: project, env: environment });
    const installed: unknown = JSON.parse(await readFile(join(project, 'node_modules/@acme/kite/package.json'), 'utf8'));
    expect(installed).toMatchObject({ version: `2.0.0-rc.1-external-sha512-${digest('sha512', archive)}` });
    expect((await execa(join(project, 'node_modules/.bin/kite'))).stdout).toBe('flies');
  });
});
