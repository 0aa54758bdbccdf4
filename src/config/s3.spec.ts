import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { S3Settings } from './configuration.js';
import { ConfigurationError } from './configuration-error.js';
import { loadConfiguration } from './load-configuration.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'cachito-s3-configuration-'));
const SECRET_FILE = join(FOLDER, 'secret');
const CERTIFICATES = join(FOLDER, 'ca.pem');
writeFileSync(SECRET_FILE, 'hunter2\n', { mode: 0o600 });
writeFileSync(CERTIFICATES, `${rootCertificates[0]}\n`);
afterAll(() => rmSync(FOLDER, { recursive: true }));

function load(environment: Record<string, string>): { s3: S3Settings | undefined; warnings: string[] } {
  const { configuration, warnings } = loadConfiguration({ HOME: FOLDER, ...environment }, []);
  return { s3: configuration.store.s3, warnings };
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    load(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const KEY = { CACHITO_S3_ACCESS_KEY_ID: 'AKIA', CACHITO_S3_SECRET_ACCESS_KEY_FILE: SECRET_FILE };

describe('the bucket', () => {
  it('is none by default', () => expect(load({}).s3).toBeUndefined());

  it("is Amazon's when only its name is given", () => {
    expect(load({ CACHITO_S3_BUCKET: 'cachito' }).s3).toEqual({
      bucket: 'cachito',
      pathStyle: false,
      directDownloads: false,
    });
  });

  it('may be anywhere', () => {
    const { s3, warnings } = load({
      ...KEY,
      CACHITO_S3_BUCKET: 'cachito',
      CACHITO_S3_ENDPOINT: 'https://s3.example.com:9000/',
      CACHITO_S3_PREFIX: '/a/b/',
      CACHITO_S3_CA_FILE: CERTIFICATES,
      CACHITO_S3_DIRECT_DOWNLOADS: 'true',
    });
    expect(warnings).toEqual([]);
    expect(s3).toEqual({
      bucket: 'cachito',
      endpoint: 'https://s3.example.com:9000',
      region: 'us-east-1',
      prefix: 'a/b',
      pathStyle: true,
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'hunter2' },
      caCertificates: expect.stringContaining('BEGIN CERTIFICATE'),
      directDownloads: true,
    });
  });

  it('warns of a secret that others may read', () => {
    const open = join(FOLDER, 'open');
    writeFileSync(open, 'hunter2');
    chmodSync(open, 0o644);
    const environment = { ...KEY, CACHITO_S3_BUCKET: 'cachito', CACHITO_S3_SECRET_ACCESS_KEY_FILE: open };
    expect(load(environment).warnings).toEqual([expect.stringMatching(/^CACHITO_S3_SECRET_ACCESS_KEY_FILE .*chmod 600/)]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['details without a bucket', { CACHITO_S3_BUCKET: '', CACHITO_S3_REGION: 'x' }, /^CACHITO_S3_REGION without CACHITO_S3_BUCKET/],
    ['a bucket', { CACHITO_S3_BUCKET: 'Up' }, /^CACHITO_S3_BUCKET="Up" must be the name of a bucket/],
    ['an endpoint', { CACHITO_S3_ENDPOINT: 'https://u:hunter2@h' }, /^CACHITO_S3_ENDPOINT \(value not shown\)/],
    ['a prefix that leads elsewhere', { CACHITO_S3_PREFIX: 'a/../b' }, /^CACHITO_S3_PREFIX/],
    ['a prefix with an empty folder', { CACHITO_S3_PREFIX: 'a//b' }, /^CACHITO_S3_PREFIX/],
    ['half of the credentials', { CACHITO_S3_ACCESS_KEY_ID: 'AKIA' }, /belong together/],
    ['a secret that is not there', { ...KEY, CACHITO_S3_SECRET_ACCESS_KEY_FILE: '/no/such' }, /^CACHITO_S3_SECRET_ACCESS_KEY_FILE \(\/no\/such\)/],
    ['certificates that are none', { CACHITO_S3_CA_FILE: SECRET_FILE }, /^CACHITO_S3_CA_FILE .*certificates/],
  ])('is refused with %s', (_, environment, expected) => {
    const problems = problemsOf({ CACHITO_S3_BUCKET: 'cachito', ...environment });
    expect(problems).toEqual([expect.stringMatching(expected)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});
