import type { LoginRole } from './login-entry.js';

/** A part of a user name: literal text, or the value of a claim. */
export type UserNamePart = string | { readonly claim: string };

/** Which tokens of an issuer are whose. */
export interface OidcRule {
  /** All must match, each one of its patterns; `*` in a pattern stands for any characters. */
  claims: readonly { name: string; patterns: readonly string[] }[];
  user: readonly UserNamePart[];
  roles: readonly LoginRole[];
}

/** An issuer whose bearer tokens are accepted (OpenID Connect). */
export interface OidcIssuer {
  /** Exactly as its tokens have it in `iss`. */
  issuer: string;
  /** A token must be for one of them. */
  audiences: readonly string[];
  /** Where its keys are; undefined = where its discovery document says. */
  jwksUri: string | undefined;
  /** Signatures that are accepted, by their names in `alg`. */
  algorithms: readonly string[];
  /** Certificates (PEM) besides the usual ones; undefined = none. */
  caCertificates: string | undefined;
  /** The first that matches counts. */
  rules: readonly OidcRule[];
  /** Login of people in a browser (authorization code with PKCE); undefined = there is none. */
  browser: OidcBrowserLogin | undefined;
}

/** What Swagger UI needs to log people in. */
export interface OidcBrowserLogin {
  clientId: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  scopes: readonly string[];
}

/**
 * Signatures by a key pair. With one that is made by a shared secret (HS256, …), whoever knows the public key could
 * make tokens, if it were ever taken for the secret.
 */
export const OIDC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
