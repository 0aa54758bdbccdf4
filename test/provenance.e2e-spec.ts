import { createHash, generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type Envelope, signed } from '../src/manifests/provenance/envelope.js';
import type { ProvenanceStatement } from '../src/manifests/provenance/statement.js';
import { unpackBundle } from './support/bundles.js';
import { DSSE_CONSUMER_OBSTACLE, prepareDsseConsumer, verifyEnvelope } from './support/dsse-consumer.js';
import { FileServer } from './support/file-server.js';
import { GitServer } from './support/git-server.js';
import { npmApplication } from './support/npm-application.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { type RequestView, Service } from './support/service.js';
import { itUnless } from './support/tools.js';

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');
const PUBLIC_URL = 'https://cachito.example';
const KEY = generateKeyPairSync('ed25519');
const OTHER = generateKeyPairSync('ed25519');
/** By the schemes that securesystemslib has for them. */
const OTHER_KINDS: Record<string, KeyPairKeyObjectResult> = {
  'ecdsa-sha2-nistp256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ecdsa-sha2-nistp384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'rsa-pkcs1v15-sha256': generateKeyPairSync('rsa', { modulusLength: 3072 }),
};

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function withPayload(envelope: Envelope, change: (text: string) => string): Envelope {
  const text = change(Buffer.from(envelope.payload, 'base64').toString());
  return { ...envelope, payload: Buffer.from(text).toString('base64') };
}

describe('provenance of an npm application with submodules', () => {
  let scratch: string;
  let git: GitServer;
  let files: FileServer;
  let service: Service;
  let view: RequestView;
  let submodule: { url: string; commit: string };
  const environment: NodeJS.ProcessEnv = { CACHITO_PUBLIC_URL: PUBLIC_URL };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-provenance-'));
    await writeFile(join(scratch, 'key.pem'), pem(KEY.privateKey), { mode: 0o600 });
    environment.CACHITO_PROVENANCE_KEY_FILE = join(scratch, 'key.pem');
    environment.CACHITO_ALLOWED_PRIVATE_NETWORKS = await networksOfPublicRegistries();
    [git, files, service] = await Promise.all([GitServer.start(), FileServer.start(), Service.start(environment)]);
    const tiles = await git.createRepository('team/tiles.git');
    submodule = { url: tiles.url, commit: await tiles.commit({ files: { 'a.txt': 'a' } }) };
    const application = await npmApplication({ git, files }, 3);
    const repository = await git.createRepository('team/shop.git');
    const ref = await repository.commit({
      files: {
        ...application,
        '.gitmodules': `[submodule "tiles"]\n\tpath = tiles\n\turl = ${submodule.url}\n`,
        tiles: { gitlink: submodule.commit },
      },
    });
    view = await service.complete({ repo: repository.url, ref, pkg_managers: ['npm', 'git-submodule'] });
    if (DSSE_CONSUMER_OBSTACLE === undefined) await prepareDsseConsumer();
  });

  afterAll(async () => {
    await service?.close();
    await Promise.all([git?.stop(), files?.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  const answer = async (): Promise<string> => (await service.fetch(`/api/v1/requests/${view.id}/provenance`)).text();
  const envelope = async (): Promise<Envelope> => JSON.parse(await answer());

  async function statement(): Promise<ProvenanceStatement> {
    return JSON.parse(Buffer.from((await envelope()).payload, 'base64').toString());
  }

  it('is about the bundle, and has the digest of every file of a dependency in it', async () => {
    const { subject, predicate } = await statement();
    const { bytes } = await service.download(view.id);
    expect(subject).toEqual([{ name: `cachito-${view.id}.tar.gz`, digest: { sha256: sha256(bytes) } }]);
    const { resolvedDependencies } = predicate.buildDefinition;
    expect(resolvedDependencies.slice(0, 2)).toEqual([
      { uri: `git+${view.repo}@${view.ref}`, digest: { gitCommit: view.ref } },
      { name: 'tiles', uri: `git+${submodule.url}@${submodule.commit}`, digest: { gitCommit: submodule.commit } },
    ]);
    const dependencies = join(await unpackBundle(service, view.id, scratch), 'deps/npm');
    const archives = (await readdir(dependencies, { recursive: true })).filter((path) => path.endsWith('.tgz'));
    const digests = await Promise.all(archives.map(async (path) => sha256(await readFile(join(dependencies, path)))));
    const named = [...resolvedDependencies, ...predicate.runDetails.byproducts].flatMap(({ digest }) => digest?.sha256 ?? []);
    expect(archives.length).toBeGreaterThan(8);
    expect(named.toSorted()).toEqual([...new Set(digests)].sort());
    expect(resolvedDependencies).toContainEqual(expect.objectContaining({ uri: 'pkg:npm/%40sindresorhus/is@4.6.0' }));
    expect(resolvedDependencies).toContainEqual(expect.objectContaining({ name: 'kite', digest: { gitCommit: expect.any(String) } }));
    expect(predicate.runDetails.builder).toEqual({ id: PUBLIC_URL, version: { cachito: expect.any(String) } });
  });

  itUnless(DSSE_CONSUMER_OBSTACLE, 'is verified and read by the libraries of in-toto', async () => {
    const genuine = await envelope();
    expect(await verifyEnvelope(genuine, KEY.publicKey, 'ed25519')).toEqual(await statement());
    const tampered = withPayload(genuine, (text) => text.replace(view.ref as string, 'f'.repeat(40)));
    expect(await verifyEnvelope(tampered, KEY.publicKey, 'ed25519')).toBeUndefined();
    expect(await verifyEnvelope(genuine, OTHER.publicKey, 'ed25519')).toBeUndefined();
  });

  itUnless(DSSE_CONSUMER_OBSTACLE, 'is verified by them with keys of other kinds', async () => {
    const wanted = await statement();
    for (const [scheme, { privateKey, publicKey }] of Object.entries(OTHER_KINDS)) {
      const made = await signed(wanted, privateKey);
      expect([scheme, await verifyEnvelope(made, publicKey, scheme)]).toEqual([scheme, wanted]);
      const tampered = withPayload(made, (text) => text.replace('"offline":false', '"offline":true'));
      expect([scheme, await verifyEnvelope(tampered, publicKey, scheme)]).toEqual([scheme, undefined]);
    }
  });

  it('is the same for ever, signed or not', async () => {
    const first = await answer();
    const before = await envelope();
    const body = JSON.stringify({ state: 'stale', state_reason: 'The request has expired' });
    const headers = { 'Content-Type': 'application/json' };
    const patched = await service.fetch(`/api/v1/requests/${view.id}`, { method: 'PATCH', headers, body });
    expect(patched.status).toBe(200);
    expect((await service.fetch(`/api/v1/requests/${view.id}/download`)).status).not.toBe(200);
    expect(await answer()).toBe(first);
    expect(service.log).not.toContain(pem(KEY.privateKey).split('\n')[1]);
    delete environment.CACHITO_PROVENANCE_KEY_FILE;
    await service.kill('SIGTERM');
    await service.restart();
    expect(await answer()).toBe(Buffer.from(before.payload, 'base64').toString());
  });

  it.each<[string, NodeJS.ProcessEnv, string | undefined, RegExp]>([
    ['is not there', {}, undefined, /CACHITO_PROVENANCE_KEY_FILE \(\S+\) cannot be read \(ENOENT\)/],
    ['is none', {}, 'no key', /CACHITO_PROVENANCE_KEY_FILE \(\S+\) must name a file with one private key as PKCS#8/],
    ['is too weak', {}, pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), /must name a file with a key of Ed25519/],
    ['has no name to sign for', { CACHITO_PUBLIC_URL: '' }, pem(KEY.privateKey), /needs CACHITO_PUBLIC_URL/],
  ])('does not start with a key that %s', async (_, more, text, message) => {
    const file = join(scratch, 'wrong.pem');
    await rm(file, { force: true });
    if (text !== undefined) await writeFile(file, text, { mode: 0o600 });
    const env = { PATH: process.env.PATH, HOME: scratch, CACHITO_PUBLIC_URL: PUBLIC_URL, CACHITO_PROVENANCE_KEY_FILE: file, ...more };
    const ended = await execa(process.execPath, [MAIN], { env, extendEnv: false, reject: false, timeout: 60_000 });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(message);
  });
});
