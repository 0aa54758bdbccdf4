import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Configuration, OidcIssuer } from '../../config/index.js';
import type { Identity } from '../login.strategy.js';
import { ClaimProblem, identityOf } from './claim-rules.js';
import { IssuerDocuments } from './issuer-documents.js';
import { IssuerKeys, UnknownKey } from './issuer-keys.js';

const MAX_SIZE = 16 * 1024;
/** Seconds that clocks may differ. */
const TOLERANCE = 60;

/** A token that is not accepted. The message says why, for its bearer; it holds nothing secret of the token. */
export class TokenRefused extends Error {}

interface JudgedIssuer {
  issuer: OidcIssuer;
  documents: IssuerDocuments;
  keys: IssuerKeys;
}

/** Judges tokens (JWT, RFC 7519) of the configured issuers. For others nobody is asked. */
export class TokenJudge {
  private readonly issuers: ReadonlyMap<string, JudgedIssuer>;

  constructor({ auth, outbound }: Pick<Configuration, 'auth' | 'outbound'>) {
    this.issuers = new Map(
      auth.oidcIssuers.map((issuer) => {
        const documents = new IssuerDocuments(issuer, outbound.proxies);
        const keys = new IssuerKeys(issuer.issuer, () => documents.fetchKeys());
        return [issuer.issuer, { issuer, documents, keys }];
      }),
    );
  }

  /** Who its bearer is. Throws `TokenRefused`, or `KeysUnavailable` when that cannot be said now. */
  async identify(token: string): Promise<Identity> {
    if (token.length > MAX_SIZE) throw new TokenRefused(`it is longer than ${MAX_SIZE} characters`);
    const { issuer, keys } = this.issuerOf(token);
    try {
      // What a token says of its key (`jwk`, `jku`, `x5c`, `x5u`) is not looked at: only `kid` is.
      const { payload } = await jwtVerify(token, (header) => keys.find(header), {
        issuer: issuer.issuer,
        audience: [...issuer.audiences],
        algorithms: [...issuer.algorithms],
        requiredClaims: ['exp'],
        clockTolerance: TOLERANCE,
      });
      if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + TOLERANCE) {
        throw new TokenRefused(`it was issued in the future, at ${moment(payload.iat)}: look at the clocks`);
      }
      return identityOf(payload, issuer.rules);
    } catch (error) {
      throw translate(error, issuer);
    }
  }

  close(): void {
    for (const { documents } of this.issuers.values()) documents.close();
  }

  private issuerOf(token: string): JudgedIssuer {
    const name = unverified(token).iss;
    const found = typeof name === 'string' ? this.issuers.get(name) : undefined;
    if (found === undefined) throw new TokenRefused('its issuer is not one of those that this service accepts');
    return found;
  }
}

function unverified(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw new TokenRefused('it is no JSON Web Token');
  }
}

function translate(error: unknown, { audiences }: OidcIssuer): unknown {
  const why = reason(error, audiences);
  return why === undefined ? error : new TokenRefused(why, { cause: error });
}

function reason(error: unknown, audiences: readonly string[]): string | undefined {
  if (error instanceof ClaimProblem) return error.message;
  if (error instanceof UnknownKey) return 'it is signed by a key that its issuer does not publish';
  if (error instanceof errors.JWTExpired) return `it expired at ${moment(error.payload.exp)}`;
  if (error instanceof errors.JWTClaimValidationFailed) return claimReason(error, audiences);
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is signed by an algorithm that is not accepted';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not right';
  if (error instanceof errors.JOSEError) return 'it is malformed';
  // Keys that jose takes for too weak.
  if (error instanceof TypeError) return 'its signature is made by a key that is not accepted';
  return undefined;
}

function claimReason(
  { claim, reason: kind, payload }: InstanceType<typeof errors.JWTClaimValidationFailed>,
  audiences: readonly string[],
): string {
  const wanted = audiences.map((each) => JSON.stringify(each)).join(' or ');
  if (claim === 'aud') return `its audience (aud) must be ${wanted}`;
  if (claim === 'nbf' && kind === 'check_failed') return `it is not valid before ${moment(payload.nbf)}`;
  if (kind === 'missing') return `it has no claim ${claim}`;
  return `its claim ${claim} is malformed`;
}

/** A time in seconds since 1970, whatever a token says. */
function moment(seconds: unknown): string {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return Number.isNaN(date.getTime()) ? 'an impossible time' : date.toISOString();
}
