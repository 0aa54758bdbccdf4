import { describe, expect, it } from '@jest/globals';
import { NetworkError } from '../../errors/index.js';
import { SHA1, SHA512 } from './__fixtures__/lock-files.js';
import { recordingJob } from './__fixtures__/recording-job.js';
import { findDigests } from './registry-digests.js';

const REGISTRY = 'https://npm.acme.dev/';
const ADDRESS = `${REGISTRY}@acme/dial/-/dial-1.0.0.tgz`;
const DOCUMENT = `${REGISTRY}@acme%2fdial/1.0.0`;

async function find(document: string | undefined, upstream = ADDRESS) {
  const { job, recorded } = recordingJob({
    files: {},
    documents: document === undefined ? {} : { [DOCUMENT]: document },
  });
  const need = {
    name: '@acme/dial',
    version: '1.0.0',
    candidates: [
      { address: 'https://other.dev/x', registry: 'https://other.dev/' },
      { address: ADDRESS, registry: REGISTRY },
    ],
    digests: new Map<string, string>(),
    path: '',
  } satisfies Parameters<typeof findDigests>[1];
  const found = await findDigests(
    job.documents,
    { ...need, candidates: [need.candidates[0], need.candidates[1]] },
    upstream,
    job.signal,
  );
  return { found, asked: recorded.documents };
}

describe('findDigests', () => {
  const NONE = { digests: {}, verifiedBy: 'none' };
  it.each<[string | undefined, object]>([
    [
      `{"dist": {"integrity": "${SHA512}", "shasum": "${'0a'.repeat(20)}"}}`,
      { digests: { sha512: '07'.repeat(64) }, verifiedBy: 'registry' },
    ],
    [`{"dist": {"integrity": "${SHA1} ${SHA512}"}}`, { digests: { sha512: '07'.repeat(64) }, verifiedBy: 'registry' }],
    [`{"dist": {"shasum": "${'0a'.repeat(20)}"}}`, { digests: { sha1: '0a'.repeat(20) }, verifiedBy: 'registry' }],
    [
      `{"dist": {"integrity": "", "shasum": "${'0a'.repeat(20)}"}}`,
      { digests: { sha1: '0a'.repeat(20) }, verifiedBy: 'registry' },
    ],
    ['{"dist": {}}', NONE],
    ['{"dist": 7}', NONE],
    ['{"dist": {"integrity": 7, "shasum": null}}', NONE],
    ['{}', NONE],
    [undefined, NONE],
  ])('makes of %s: %j', async (document, expected) => {
    const { found, asked } = await find(document);
    expect(found).toEqual(expected);
    expect(asked).toEqual([DOCUMENT]);
  });

  it.each([
    '',
    '[]',
    'null',
    '<html>',
    '{"dist": {"integrity": "sha512-x"}}',
    '{"dist": {"shasum": "x"}}',
    '{"dist": {"integrity": "sha3-AAAA"}}',
  ])('does not believe %s', async (document) => {
    await expect(find(document)).rejects.toThrow(NetworkError);
    await expect(find(document)).rejects.toThrow(/npm\.acme\.dev.*@acme\/dial@1\.0\.0/);
  });

  it('asks nobody for an address that it does not know', async () => {
    expect(await find(undefined, 'https://elsewhere.dev/x')).toEqual({ found: NONE, asked: [] });
  });
});
