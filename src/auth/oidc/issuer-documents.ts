import { createSecureContext } from 'node:tls';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { EnvHttpProxyAgent, request } from 'undici';
import type { Configuration, OidcIssuer } from '../../config/index.js';
import { NetworkError } from '../../errors/index.js';

type Proxies = Configuration['outbound']['proxies'];

/** Milliseconds for everything, and bytes of one document: those of real issuers have a few thousand. */
const TIMEOUT = 5_000;
const MAX_SIZE = 256 * 1024;
const MAX_KEYS = 100;

/** Fetches what an issuer publishes. Its addresses are the operator's own, so any network may be reached. */
export class IssuerDocuments {
  private readonly agent: EnvHttpProxyAgent;

  constructor(
    private readonly issuer: OidcIssuer,
    proxies: Proxies,
  ) {
    const tls = issuer.caCertificates === undefined ? {} : { secureContext: trusting(issuer.caCertificates) };
    this.agent = new EnvHttpProxyAgent({
      // Undefined ones would be looked up in the environment. Plain http goes to this host only.
      httpProxy: '',
      httpsProxy: proxies.https ?? '',
      noProxy: proxies.noProxy,
      connect: tls,
      requestTls: tls,
    });
  }

  /** The keys of the issuer. Throws `NetworkError`. */
  async fetchKeys(): Promise<LocalJWKSet> {
    const { issuer, jwksUri } = this.issuer;
    const signal = AbortSignal.timeout(TIMEOUT);
    const keys = await this.fetch(jwksUri ?? (await this.discover(signal)), signal);
    if (!isKeySet(keys)) throw new NetworkError(`What ${issuer} publishes is no key set (RFC 7517).`);
    return createLocalJWKSet(keys);
  }

  /** Breaks off what is under way. */
  close(): void {
    this.agent.destroy().catch(() => undefined);
  }

  /** OpenID Connect Discovery 1.0 §4. */
  private async discover(signal: AbortSignal): Promise<string> {
    const { issuer } = this.issuer;
    const document = await this.fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
    // §4.3: else one issuer could pose as another one.
    if (!('issuer' in document) || document.issuer !== issuer) {
      throw new NetworkError(`The discovery document of ${issuer} names another issuer.`);
    }
    const address = 'jwks_uri' in document && typeof document.jwks_uri === 'string' ? document.jwks_uri : '';
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol === 'https:' || (url !== undefined && url.origin === new URL(issuer).origin)) return url.href;
    throw new NetworkError(`The discovery document of ${issuer} names no https address of its keys.`);
  }

  /** A JSON object. Redirects are not followed: nobody but the configured host is asked. */
  private async fetch(url: string, signal: AbortSignal): Promise<object> {
    try {
      const headers = { accept: 'application/json' };
      const { statusCode, body } = await request(url, { dispatcher: this.agent, signal, headers });
      if (statusCode !== 200) {
        body.on('error', () => undefined).destroy();
        throw new NetworkError(`${url} answers with status ${statusCode}.`);
      }
      return objectOf(url, await textOf(url, body));
    } catch (error) {
      if (error instanceof NetworkError) throw error;
      const why = signal.aborted ? 'no answer in time' : codeOf(error);
      throw new NetworkError(`${url} cannot be fetched (${why}).`, { cause: error });
    }
  }
}

/** What Node calls it. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'connection broken';
}

async function textOf(url: string, body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early destroys the body.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_SIZE) throw new NetworkError(`${url} answers with more than ${MAX_SIZE} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function objectOf(url: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new NetworkError(`${url} answers with something other than a JSON object.`);
}

function isKeySet(value: object): value is JSONWebKeySet {
  if (!('keys' in value) || !Array.isArray(value.keys) || value.keys.length > MAX_KEYS) return false;
  return value.keys.every((key: unknown) => typeof key === 'object' && key !== null && 'kty' in key);
}

/** The usual certificates and these; the option `ca` would replace the usual ones. */
function trusting(ca: string) {
  const context = createSecureContext();
  context.context.addCACert(ca);
  return context;
}
