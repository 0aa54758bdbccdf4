/** Windows lets tickets grow to this many bytes (`MaxTokenSize`). Node's own limit of headers may be lower. */
const MAX_TOKEN = 48_000;

/** The first bytes of what Windows sends when it has no ticket. */
const NTLM = Buffer.from('NTLMSSP\0', 'latin1');

/** Mechanisms, as DER: SPNEGO (RFC 4178), Kerberos 5 without it (RFC 4121). */
const MECHANISMS = ['06062b0601050502', '06092a864886f712010202'].map((hex) => Buffer.from(hex, 'hex'));

/** What an `Authorization` header holds for the scheme Negotiate. */
export type NegotiateToken =
  /** There is no such header, or it is of another scheme. */
  | { kind: 'absent' }
  /** `why` is for the caller. */
  | { kind: 'wrong'; why: string }
  /** An initial token of Kerberos, by its looks, in base64. */
  | { kind: 'token'; token: string };

/**
 * The token of a call that logs in by the scheme Negotiate (RFC 4559, §4.1). What cannot be one Kerberos token is found
 * out here, so that the native library sees little else.
 *
 * @param rawHeaders names and values in turn, as Node has them
 */
export function negotiateToken(rawHeaders: readonly string[]): NegotiateToken {
  const values = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1].toLowerCase() === 'authorization');
  const [value] = values.filter((each) => /^negotiate(?:\s|$)/i.test(each));
  if (value === undefined) return { kind: 'absent' };
  if (values.length > 1) return wrong('there are several Authorization headers');
  const [, text] = /^negotiate +([A-Za-z0-9+/]+={0,2})$/i.exec(value) ?? [];
  if (text === undefined) return wrong('"Negotiate" must be followed by one token in base64');
  if (text.length > Math.ceil(MAX_TOKEN / 3) * 4) return wrong(`the token has more than ${MAX_TOKEN} bytes`);
  const token = Buffer.from(text, 'base64');
  if (token.toString('base64') !== text) return wrong('the token is not base64');
  const why = reasonAgainst(token);
  return why === undefined ? { kind: 'token', token: text } : wrong(why);
}

function reasonAgainst(token: Buffer): string | undefined {
  if (token.subarray(0, NTLM.length).equals(NTLM)) return 'the token is one of NTLM: the client has no Kerberos ticket';
  // NegTokenResp (RFC 4178, §4.2.2)
  if (token[0] === 0xa1) return 'the token continues an earlier one; send one with a Kerberos ticket';
  return isKerberos(token) ? undefined : 'the token is not one of Kerberos';
}

/** An initial token (RFC 2743, §3.1) is 0x60, its length as in DER, and the mechanism. */
function isKerberos(token: Buffer): boolean {
  if (token.length < 2 || token[0] !== 0x60) return false;
  const at = token[1] < 0x80 ? 2 : 2 + (token[1] & 0x7f);
  return MECHANISMS.some((mechanism) => token.subarray(at, at + mechanism.length).equals(mechanism));
}

function wrong(why: string): NegotiateToken {
  return { kind: 'wrong', why };
}
