import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate, type Running, serveTls } from '../download/__fixtures__/servers.js';
import { InvalidChecksum, NetworkError, ValidationError } from '../errors/index.js';
import type { ArtifactSpec } from './artifact.js';
import { digest, specOf, TestArchive } from './testing.js';

const { signal } = new AbortController();
const CONTENT = 'a source distribution';
const RIGHT = { sha256: digest('sha256', CONTENT) };

describe('an artifact of a host with any certificate', () => {
  let test: TestArchive;
  let server: Running;
  let calls = 0;
  beforeAll(async () => {
    test = await TestArchive.open();
    server = await serveTls(makeCertificate('DNS:registry.test'), (_, response) => {
      calls += 1;
      response.end(CONTENT);
    });
  });
  afterEach(async () => {
    calls = 0;
    await test.clear();
  });
  afterAll(async () => {
    await server?.close();
    await test?.close();
  });

  const get = (overrides: Partial<ArtifactSpec>) => test.archive.get(specOf([`${server.url}/kite.tar.gz`], overrides), signal);

  it.each<[string, Partial<ArtifactSpec>]>([
    ['its digest', { digests: RIGHT }],
    ['one of several', { anyDigest: [{ algorithm: 'sha256', digest: RIGHT.sha256 }, { algorithm: 'md5', digest: 'x' }] }],
  ])('is stored when %s is right, though others who ask at once want the certificate checked', async (_, digests) => {
    const [insecure, secure] = await Promise.allSettled([get({ ...digests, insecureTls: true }), get(digests)]);
    expect(insecure).toMatchObject({ status: 'fulfilled', value: RIGHT });
    expect(secure).toMatchObject({ status: 'rejected', reason: expect.any(NetworkError) });
    expect(calls).toBe(1);
  });

  it.each<[string, Partial<ArtifactSpec>, new (...args: never[]) => Error, number]>([
    ['its digest is wrong', { digests: { sha256: digest('sha256', 'x') } }, InvalidChecksum, 1],
    ['it has none', { digests: {}, anyDigest: [] }, ValidationError, 0],
  ])('is not stored when %s', async (_, overrides, error, expectedCalls) => {
    await expect(get({ ...overrides, insecureTls: true })).rejects.toBeInstanceOf(error);
    expect(calls).toBe(expectedCalls);
    expect(await test.blobs()).toEqual([]);
  });
});
