import type { KeyObject } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Envelope } from '../../src/manifests/provenance/envelope.js';
import type { ProvenanceStatement } from '../../src/manifests/provenance/statement.js';
import { pythonObstacle, pythonWith } from './python-clients.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'dsse-verify.py');

/** securesystemslib verifies envelopes, in-toto-attestation has the schemas as protocol buffers; the others they need. */
const PACKAGES = [
  'securesystemslib==1.6.0',
  'in-toto-attestation==0.9.3',
  'protobuf==7.36.2',
  'cryptography==50.0.2',
  'cffi==2.1.1',
  'pycparser==3.12',
];

/** Why they cannot be run here; undefined when they can. */
export const DSSE_CONSUMER_OBSTACLE = pythonObstacle(PACKAGES.slice(0, 2), [10, Infinity]);

/** Installs what `verifyEnvelope` needs, unless it is there. */
export async function prepareDsseConsumer(): Promise<void> {
  await pythonWith(PACKAGES);
}

/** The statement of an envelope as an independent consumer reads it; undefined when the signature does not hold. */
export async function verifyEnvelope(
  envelope: Envelope,
  publicKey: KeyObject,
  scheme: string,
): Promise<ProvenanceStatement | undefined> {
  const [{ keyid }] = envelope.signatures;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const options = {
    input: JSON.stringify({ envelope, public_key: pem, keyid, scheme }),
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    extendEnv: false,
  } as const;
  const { stdout } = await execa(await pythonWith(PACKAGES), ['-I', PROGRAM], options);
  return stdout === 'REFUSED' ? undefined : JSON.parse(stdout);
}
