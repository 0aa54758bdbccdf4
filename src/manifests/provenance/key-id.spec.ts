import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { keyId } from './key-id.js';

/** Fingerprints by `ssh-keygen -l`; keys as SubjectPublicKeyInfo. */
it.each([
  [
    'Ed25519',
    'SHA256:PebM6JGUWvHXDzXgH0iDI8blqEQLhhnAVQNfmhGH4e8',
    'MCowBQYDK2VwAyEAfVB6aUbicT2Be+GtqUbGbRN01XiarPprDcxlURnq558=',
  ],
  [
    'ECDSA P-256',
    'SHA256:+v2X3OsfBCUEt4BZ8/D8qnj42iG0QTpy+IInbZDyGL8',
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbWmpPimrMFGr3cmGLWja8sBimEV4p32zFUveXydHeLUZXk7tHG2h8Vjke0YiDXMF' +
      '2wFkMPBHG5HVt1NdfNLL9A==',
  ],
  [
    'ECDSA P-384',
    'SHA256:0b4FQbcu83KpV4pARKL9Kcqhn0yyhF7DdavECslLxUc',
    'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEe9d0XzXJdx/ZF2wCjUZcdAmAhwAM9vPykeIgMSoUOBuKdpBqZOmR8W+MdfBCsQ+pqAPY' +
      'cbWFLiQzUE3XhRFdrwKzlbJHrl+TXNEjJ2n9d0saeLtdUXf2OGUF3PU3AFJq',
  ],
  [
    'RSA',
    'SHA256:gH0VCveRGiAq+WcoETh2gn7t2zAOJRsfyhhsZVnFqR0',
    'MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAvFy4n5T8VNAe66XO50jUaFHZn3a7ZzjMXJALc24t4+ADidkebEmn5gEl' +
      '31Ut0XUUUr8f05U2L6QfhKlf1iUGIsimc8vWwGhj6hsJhfrCAx+dFtNAxFoSNGwgYzTXHousa0jxelyoPMIVGrItd0jEfKjuszIO' +
      '6Rot4i6hzRNzlE5A29eJkZtH13qqQ82vEfC5ue/w7HfaotB2juXZ0YAId7R5goP2MfESlrkyVJDAIaylVLO1aBaDswypkY69LGCQ' +
      'eGDYeAVhQ0/eA+t7kga8TFuBdmo+5IHLpMzeQg+3F3JqGavh0yBWd/110HNkGBrnlqbsjcU41AdTGRySv2VsnLMDI2YndG0ynrDQ' +
      'aKN1t8nIEe4WJTDIPyJ09VtMWUy+NmjIKJ4TAOYwAf43FdLb6xN1IkfUN7Ssm706XzU1q7GhtSN30/gBOiPFrXQD6PdBTs07OLlS' +
      'P34XFk6hGW+JFpPU9358x/ZpKB7MRSmlr8TtOdb9ebQzfZGPhVeQPETTAgMBAAE=',
  ],
])('%s', (_, fingerprint, spki) => {
  const key = Buffer.from(spki, 'base64');
  expect(keyId(createPublicKey({ key, type: 'spki', format: 'der' }))).toBe(fingerprint);
});

it('is for keys that sign provenance', () => {
  expect(() => keyId(generateKeyPairSync('x25519').publicKey)).toThrow('X25519');
});
