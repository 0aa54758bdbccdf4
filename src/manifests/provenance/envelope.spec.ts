import { generateKeyPairSync, type KeyPairKeyObjectResult, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PROVENANCE_EXAMPLE as STATEMENT } from '../examples.js';
import { type Envelope, signed } from './envelope.js';

const ED25519 = generateKeyPairSync('ed25519');
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const RSA = generateKeyPairSync('rsa', { modulusLength: 3072 });

/** As the protocol tells verifiers to do, with nothing of the code under test. */
function holds(envelope: Envelope, { publicKey }: KeyPairKeyObjectResult, digest: string | null): boolean {
  const payload = Buffer.from(envelope.payload, 'base64');
  const type = envelope.payloadType;
  const text = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  return verify(digest, text, publicKey, Buffer.from(envelope.signatures[0].sig, 'base64'));
}

function tampered(envelope: Envelope): Envelope {
  const text = Buffer.from(envelope.payload, 'base64').toString().replace('"ref":"0', '"ref":"1');
  return { ...envelope, payload: Buffer.from(text).toString('base64') };
}

describe('signed', () => {
  it.each<[string, KeyPairKeyObjectResult, string | null, boolean]>([
    ['Ed25519', ED25519, null, true],
    ['ECDSA P-256', P256, 'sha256', false],
    ['ECDSA P-384', P384, 'sha384', false],
    ['RSA', RSA, 'sha256', true],
  ])('%s', async (_, pair, digest, isRepeatable) => {
    const envelope = await signed(STATEMENT, pair.privateKey);
    expect(Buffer.from(envelope.payload, 'base64').toString()).toBe(JSON.stringify(STATEMENT));
    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(holds(envelope, pair, digest)).toBe(true);
    expect(holds(tampered(envelope), pair, digest)).toBe(false);
    expect(holds({ ...envelope, payloadType: 'text/plain' as Envelope['payloadType'] }, pair, digest)).toBe(false);
    const other = pair === ED25519 ? generateKeyPairSync('ed25519') : ED25519;
    expect(holds(envelope, other, other === ED25519 ? null : digest)).toBe(false);
    if (isRepeatable) expect(await signed(STATEMENT, pair.privateKey)).toEqual(envelope);
  });

  it('takes statements of any size and any letters', async () => {
    const name = 'kité \u{1f41d} '.repeat(50);
    const { predicate } = STATEMENT;
    const resolvedDependencies = Array.from({ length: 5_000 }, (_, at) => ({ name, uri: `https://host/${at}` }));
    const buildDefinition = { ...predicate.buildDefinition, resolvedDependencies };
    const statement = { ...STATEMENT, predicate: { ...predicate, buildDefinition } };
    const envelope = await signed(statement, ED25519.privateKey);
    expect(Buffer.from(envelope.payload, 'base64').toString() === JSON.stringify(statement)).toBe(true);
    expect(holds(envelope, ED25519, null)).toBe(true);
  });
});
