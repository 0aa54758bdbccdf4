import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { takingTurns } from '../../concurrency/index.js';
import { jsonPieces } from '../../http/index.js';
import { keyId } from './key-id.js';
import type { ProvenanceStatement } from './statement.js';

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md) with one signature. */
export interface Envelope {
  payloadType: typeof PAYLOAD_TYPE;
  /** The text of a statement in UTF-8, base64. */
  payload: string;
  /** `sig` is base64, `keyid` as `keyId` says. */
  signatures: { keyid: string; sig: string }[];
}

/** https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Bytes of a piece of base64: three become four characters. */
const PIECE = 3 * 16 * 1024;

const signAside = promisify(sign);

/**
 * A statement, signed. With Ed25519 and RSA the same statement gives the same envelope, not so with ECDSA. Holds the text
 * once, and once more while it is signed, which is done in another thread.
 */
export async function signed(statement: ProvenanceStatement, key: KeyObject): Promise<Envelope> {
  const { message, payload } = await encoded(statement);
  const signature = await signAside(digestFor(key), message, key);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: await base64(payload),
    signatures: [{ keyid: keyId(createPublicKey(key)), sig: signature.toString('base64') }],
  };
}

/**
 * What is signed: type and payload with their lengths before them
 * (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, PAE). `payload` is a part of it.
 */
async function encoded(statement: ProvenanceStatement): Promise<{ message: Buffer; payload: Buffer }> {
  let size = 0;
  for await (const piece of takingTurns(jsonPieces(statement))) size += Buffer.byteLength(piece);
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${size} `;
  const message = Buffer.alloc(head.length + size);
  let at = message.write(head);
  for await (const piece of takingTurns(jsonPieces(statement))) at += message.write(piece, at);
  return { message, payload: message.subarray(head.length) };
}

async function base64(content: Buffer): Promise<string> {
  let text = '';
  for await (const piece of takingTurns(piecesOf(content))) text += piece.toString('base64');
  return text;
}

function* piecesOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += PIECE) yield content.subarray(at, at + PIECE);
}

/** As consumers of DSSE do: by the key, since an envelope does not tell. RSA is PKCS #1 v1.5. */
function digestFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | null {
  if (asymmetricKeyType === 'ed25519') return null;
  return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
}
