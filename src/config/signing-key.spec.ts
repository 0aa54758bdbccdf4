import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from './configuration-error.js';
import { type LoadedConfiguration, loadConfiguration } from './load-configuration.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'cachito-signing-key-spec-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const PUBLIC_URL = { CACHITO_PUBLIC_URL: 'https://cachito.example' };

function keyFile(text: string, mode = 0o600): string {
  const file = join(FOLDER, 'key.pem');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

function load(file: string, environment: Record<string, string> = PUBLIC_URL, argv: string[] = []): LoadedConfiguration {
  return loadConfiguration({ HOME: FOLDER, CACHITO_PROVENANCE_KEY_FILE: file, ...environment }, argv);
}

function problemsOf(...args: Parameters<typeof load>): readonly string[] {
  try {
    load(...args);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const PEM = { format: 'pem', type: 'pkcs8' } as const;
const pem = (key: KeyObject): string => key.export(PEM).toString();
const ed25519 = generateKeyPairSync('ed25519');
const ecdsa = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const locked = { ...PEM, cipher: 'aes-256-cbc', passphrase: 'hunter2' };
const KIND = /must name a file with a key of Ed25519/;
const FORM = /must name a file with one private key as PKCS#8/;

describe('CACHITO_PROVENANCE_KEY_FILE', () => {
  it.each([
    ['Ed25519', ed25519.privateKey],
    ['ECDSA P-256', ecdsa('P-256')],
    ['ECDSA P-384', ecdsa('P-384')],
    ['RSA', rsa(3072)],
  ])('takes %s', (_, key) => {
    const { configuration, warnings } = load(keyFile(`Ours\n${pem(key)}`));
    expect(configuration.provenance.signingKey?.equals(key)).toBe(true);
    expect(warnings).toEqual([]);
    expect(JSON.stringify(configuration.provenance)).toBe('{"signingKey":{}}');
  });

  it.each([
    ['ECDSA P-521', pem(ecdsa('P-521')), KIND],
    ['another curve', pem(ecdsa('secp256k1')), KIND],
    ['short RSA', pem(rsa(2048)), KIND],
    ['RSA for PSS only', pem(generateKeyPairSync('rsa-pss', { modulusLength: 3072 }).privateKey), KIND],
    ['a key that is not for signatures', pem(generateKeyPairSync('x25519').privateKey), KIND],
    ['an encrypted key', ed25519.privateKey.export(locked).toString(), /must name a file with a key that is not encrypted/],
    ['an encrypted key of old', rsa(3072).export({ ...locked, type: 'pkcs1' }).toString(), /key that is not encrypted/],
    ['another form', ecdsa('P-256').export({ format: 'pem', type: 'sec1' }).toString(), FORM],
    ['a public key', ed25519.publicKey.export({ format: 'pem', type: 'spki' }).toString(), FORM],
    ['two keys', pem(ed25519.privateKey).repeat(2), FORM],
    ['half a key', pem(ed25519.privateKey).slice(0, 60), FORM],
    ['nothing', '', FORM],
    ['too much', 'x'.repeat(70_000), /must name a file of at most 65536 bytes/],
  ])('refuses %s', (_, text, message) => {
    const file = keyFile(text);
    const problems = problemsOf(file);
    expect(problems).toEqual([expect.stringMatching(message)]);
    expect(problems[0].startsWith(`CACHITO_PROVENANCE_KEY_FILE (${file}) `)).toBe(true);
    const body = text.split('\n')[1] ?? '';
    if (body !== '') expect(problems[0]).not.toContain(body);
  });

  it('refuses a file that is not there', () => {
    expect(problemsOf(join(FOLDER, 'none.pem'))).toEqual([expect.stringMatching(/cannot be read \(ENOENT\)$/)]);
    expect(problemsOf(FOLDER)).toEqual([expect.stringMatching(/must name a file$/)]);
  });

  it.each([
    [0o600, 0],
    [0o440, 0],
    [0o620, 1],
    [0o644, 1],
  ])('mode %o: warnings %i', (mode, count) => {
    const { warnings } = load(keyFile(pem(ed25519.privateKey), mode));
    expect(warnings).toEqual(Array(count).fill(expect.stringMatching(/chmod 600/)));
  });

  it('needs the address by which what is signed names the service', () => {
    const file = keyFile(pem(ed25519.privateKey));
    expect(problemsOf(file, {})).toEqual([expect.stringMatching(/^CACHITO_PROVENANCE_KEY_FILE needs CACHITO_PUBLIC_URL/)]);
  });

  it('is not read by workers', () => {
    const environment = { ...PUBLIC_URL, DATABASE_URL: 'postgres://db/cachito' };
    const { configuration } = load(join(FOLDER, 'none.pem'), environment, ['--worker-only']);
    expect(configuration.provenance.signingKey).toBeUndefined();
  });
});
