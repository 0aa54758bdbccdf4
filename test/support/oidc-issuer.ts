import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A key pair of an issuer. */
export interface IssuerKey {
  kid: string;
  alg: 'RS256' | 'ES256';
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function issuerKey(kid: string, alg: IssuerKey['alg'] = 'RS256'): IssuerKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, alg, ...pair };
}

/** What stands at an issuer's path instead of its documents. */
export type IssuerMode = 'right' | 'down' | 'silent' | 'html' | 'redirect' | 'huge' | 'impostor' | 'broken';

interface Client {
  clientId: string;
  token: () => string;
  /** Code → challenge. */
  challenges: Map<string, string>;
}

const now = (): number => Math.floor(Date.now() / 1000);

/**
 * OpenID Connect issuers on one loopback server, one below each path, with real signatures. `addIssuer` says how each
 * behaves; `asked` holds every path that was asked for.
 */
export class OidcIssuers {
  readonly asked: string[] = [];
  private readonly modes = new Map<string, IssuerMode>();
  private readonly clients = new Map<string, Client>();
  private readonly published = new Map<string, readonly IssuerKey[]>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start(): Promise<OidcIssuers> {
    const issuers = new OidcIssuers();
    issuers.server.listen(0, '127.0.0.1');
    await once(issuers.server, 'listening');
    return issuers;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Its name, as in `iss`. */
  addIssuer(path: string, keys: readonly IssuerKey[], mode: IssuerMode = 'right'): string {
    this.modes.set(path, mode);
    this.published.set(path, keys);
    return `${this.origin}/${path}`;
  }

  /** A public client that may log people in at `<issuer>/auth` and take the token at `<issuer>/token` (RFC 7636). */
  addClient(path: string, clientId: string, token: () => string): void {
    this.clients.set(path, { clientId, token, challenges: new Map() });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    this.asked.push(url);
    const [, path = '', ...rest] = url.split('/');
    const client = this.clients.get(path);
    if (client !== undefined && rest[0]?.startsWith('auth?')) return authorize(client, url, response);
    if (client !== undefined && rest[0] === 'token') return void exchange(client, request, response);
    const mode = this.modes.get(path);
    if (mode === 'down') response.writeHead(500).end();
    else if (mode === 'html') response.setHeader('Content-Type', 'text/html').end('<h1>Welcome</h1>');
    else if (mode === 'broken') response.destroy();
    else if (mode === 'redirect') response.writeHead(302, { Location: `/right${url.slice(path.length + 1)}` }).end();
    else if (mode === 'huge') response.end(`{"issuer":"${'x'.repeat(10_000_000)}"}`);
    else if (mode !== undefined && mode !== 'silent') this.show(path, mode, rest.join('/'), response);
    // A silent one never answers; whoever is unknown neither.
  }

  private show(path: string, mode: IssuerMode, document: string, response: ServerResponse): void {
    const issuer = `${this.origin}/${mode === 'impostor' ? 'right' : path}`;
    const keys = (this.published.get(path) ?? []).map(publicJwk);
    const body = document === 'keys' ? { keys } : { issuer, jwks_uri: `${this.origin}/${path}/keys` };
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
  }
}

/** Everybody is logged in at once: the browser is sent back with a code. */
function authorize({ clientId, challenges }: Client, url: string, response: ServerResponse): void {
  const query = new URL(url, 'http://issuer').searchParams;
  const code = randomUUID();
  const isRight = query.get('client_id') === clientId && query.get('code_challenge_method') === 'S256';
  if (!isRight || query.get('response_type') !== 'code') return void response.writeHead(400).end();
  challenges.set(code, query.get('code_challenge') ?? '');
  const back = new URL(query.get('redirect_uri') ?? '');
  back.searchParams.set('code', code);
  back.searchParams.set('state', query.get('state') ?? '');
  response.writeHead(302, { Location: back.href }).end();
}

/** A code for a token, for who knows the secret behind its challenge. */
async function exchange(client: Client, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
  response.setHeader('Access-Control-Allow-Headers', 'content-type, x-requested-with, authorization');
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const form = new URLSearchParams(await text(request));
  const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
  const known = client.challenges.get(form.get('code') ?? '');
  if (known !== challenge || form.get('client_id') !== client.clientId) return void response.writeHead(400).end('{}');
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ access_token: client.token(), token_type: 'Bearer', expires_in: 300 }));
}

export function publicJwk({ kid, alg, publicKey }: IssuerKey): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

/** A token by a key, valid for five minutes unless the claims say otherwise; claims that are undefined are left out. */
export function makeToken(key: IssuerKey, claims: object, header: object = {}): string {
  return signed(key, JSON.stringify({ iat: now(), exp: now() + 300, ...claims }), header);
}

/** The same with a payload of any bytes. */
export function signed(key: IssuerKey, payload: string, header: object = {}): string {
  const head = encoded({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header });
  const body = `${head}.${Buffer.from(payload).toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(body), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

/** Key confusion: the public key is taken for the secret of an HMAC. */
export function confusedToken(key: IssuerKey, claims: object): string {
  const body = `${encoded({ alg: 'HS256', kid: key.kid })}.${encoded({ iat: now(), exp: now() + 300, ...claims })}`;
  const secret = key.publicKey.export({ format: 'pem', type: 'spki' });
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/** `alg: none`, RFC 7519 §6. */
export function unsignedToken(claims: object, alg = 'none'): string {
  return `${encoded({ alg })}.${encoded({ iat: now(), exp: now() + 300, ...claims })}.`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
