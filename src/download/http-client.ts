import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { UpstreamAccess } from '../config/index.js';
import { NetworkError } from '../errors/index.js';
import type { AddressPolicy } from './address-policy.js';
import { checkHead, limitedBody } from './body.js';
import { Connections } from './connections.js';
import { Credentials } from './credentials.js';
import type { DownloadMetrics } from './download-metrics.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { plain, timedOut, unreachable } from './failures.js';
import { type Proxies, proxyFor } from './proxies.js';
import { Resolver } from './resolver.js';
import { TimeLimit } from './time-limit.js';

export interface HttpClientOptions {
  policy: AddressPolicy;
  /** Connections at a time to one origin. */
  connections: number;
  /** Milliseconds that a server may be silent; see `TimeLimit` for what follows from it. */
  timeout: number;
  /** Milliseconds until a connection must stand. 10 seconds unless given. */
  connectTimeout?: number;
  /** How to get into the configured upstreams. Holds secrets. */
  access?: readonly UpstreamAccess[];
  proxies?: Proxies;
  /** Home directory of the service, with its `.netrc`. Undefined = there is none. */
  home?: string;
  /** Hosts to which redirects of other hosts do not lead, unless the operator configured those: see `closedHosts`. */
  closedHosts?: ReadonlySet<string>;
  /** Hears of every piece of a body. */
  metrics?: Pick<DownloadMetrics, 'received'>;
}

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  signal?: AbortSignal;
  /**
   * Value of `Authorization` for an address, asked again at each redirect: it must give credentials only to the host
   * they are for. Where it has none, those of the upstreams file are sent, else those of `.netrc`.
   */
  authorize?: (url: URL) => string | undefined;
  /** Most bytes of the body; more make reading it fail with `BodyTooLargeError`. */
  maxSize?: number;
  /** 5 unless given. With 0 a redirect is an answer like any other. */
  maxRedirects?: number;
  /** Milliseconds, instead of the client's own limit. */
  timeout?: number;
  /**
   * Any certificate will do for the origin of the address, but for no other that a redirect leads to. No credentials of
   * the upstreams file or `.netrc` are sent where the certificate is not checked: nobody knows who would get them.
   */
  insecureTls?: boolean;
  /** Unless false, an answer in a content encoding is refused; with false it is passed on as it comes. */
  identity?: boolean;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case; several values of one name are joined with commas. */
  headers: Readonly<Record<string, string>>;
  /** Must be read to its end or destroyed. */
  body: Readable;
  /** Where the answer came from, after redirects; without user name and password. */
  url: string;
}

const MAX_REDIRECTS = 5;
const CONNECT_TIMEOUT = 10_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that may hold secrets; they do not follow a redirect to another origin. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'private-token']);

/**
 * HTTP(S) to the outside. Addresses are judged by the policy; redirects are followed one by one, each to be judged
 * again, never from https to http. Credentials are looked up for each address on the way, but not for a host that
 * somebody else's redirect leads to; secret headers do not leave their origin. Nothing is decompressed. A host that the operator configured may have any address, unless
 * somebody else's redirect leads to it.
 */
export class HttpClient {
  readonly resolver: Resolver;
  private readonly credentials: Credentials;
  private readonly connections: Connections;
  private readonly proxies: Proxies;

  constructor(private readonly options: HttpClientOptions) {
    const { policy, connections } = options;
    this.resolver = new Resolver(policy);
    this.credentials = new Credentials(options.access ?? [], options.home);
    this.proxies = options.proxies ?? { http: undefined, https: undefined, noProxy: '' };
    this.connections = new Connections({
      policy,
      connections,
      connectTimeout: options.connectTimeout ?? CONNECT_TIMEOUT,
      resolver: this.resolver,
      credentials: this.credentials,
      proxies: this.proxies,
    });
  }

  /**
   * Sends a request; any status is an answer. Throws `NetworkError` when there is none (`cause` is the system's error),
   * or when its body is announced as too large or encoded, `AddressRefusedError` when an address on the way is refused,
   * and the signal's reason when that fires. `transientFailureOf` knows which errors, here and while the body is read,
   * may pass.
   */
  async request(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
    const start = addressOf(url);
    const { maxSize, identity = true } = request;
    const limit = new TimeLimit(request.timeout ?? this.options.timeout, maxSize !== undefined, request.signal);
    try {
      const response = await this.follow(start, request, limit);
      const isConfigured = this.isTrusted(endpointOf(new URL(response.url)));
      const received = (bytes: number): void => this.options.metrics?.received(bytes, isConfigured);
      const body = limitedBody(response, maxSize, limit, received);
      if (request.method !== 'HEAD') refusing(body, () => checkHead(response, { maxSize, identity }));
      return { ...response, body };
    } catch (error) {
      limit.clear();
      request.signal?.throwIfAborted();
      throw limit.expired ? timedOut(start) : error;
    }
  }

  /** Value of `Authorization` for an address by the upstreams file, else by `.netrc`. A secret. */
  async authorizationFor(url: URL): Promise<string | undefined> {
    return this.credentials.authorizationFor(url);
  }

  /**
   * How other programs (git) are to connect to an address: through which proxy (its address may hold a password), and
   * with which certificates besides the usual ones.
   */
  routeTo(url: URL): { proxy: string | undefined; ca: string | undefined } {
    return { proxy: proxyFor(url, this.proxies)?.href, ca: this.credentials.certificatesFor(url) };
  }

  /** Whether the operator configured exactly this host and port as an upstream. */
  isTrusted(endpoint: Endpoint): boolean {
    return this.options.policy.isTrusted(endpoint);
  }

  async close(): Promise<void> {
    await this.connections.close();
  }

  private async follow(start: URL, request: HttpRequest, limit: TimeLimit): Promise<HttpResponse> {
    const maxRedirects = request.maxRedirects ?? MAX_REDIRECTS;
    let method = request.method ?? 'GET';
    let headers: Record<string, string> = { ...request.headers };
    let isTrusted = true;
    for (let url = start, hops = 0; ; hops += 1) {
      // Whether nobody but the operator and the address itself chose this host.
      const isChosen = isTrusted || hostOf(url) === hostOf(start);
      if (!isChosen && this.options.closedHosts?.has(hostOf(url)) === true) throw closed(start, url);
      isTrusted &&= this.isTrusted(endpointOf(url));
      await this.judge(url, isTrusted);
      const insecureTls = request.insecureTls === true && url.protocol === 'https:' && url.origin === start.origin;
      const response = await this.sendOnce(url, { ...request, method, headers, insecureTls }, isChosen, limit);
      const location = REDIRECTS.has(response.status) ? response.headers['location'] : undefined;
      if (location === undefined || maxRedirects === 0) return response;
      response.body.on('error', () => undefined).destroy();
      if (hops >= maxRedirects) throw new NetworkError(`${plain(start)} redirects more than ${maxRedirects} times.`);
      const next = redirectTarget(url, location);
      if (next.origin !== url.origin) headers = withoutSecrets(headers);
      if (response.status === 303 && method === 'POST') method = 'GET';
      url = next;
    }
  }

  /**
   * What cannot be judged when the connection is made: a redirect to a configured host, whose connections are not
   * judged (and shared with requests that may use them), and what a proxy will resolve.
   */
  private async judge(url: URL, isTrusted: boolean): Promise<void> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new NetworkError(`${url.protocol} addresses are not allowed; use https or http.`);
    }
    if (isTrusted) return;
    const endpoint = endpointOf(url);
    if (proxyFor(url, this.proxies) !== undefined) this.options.policy.checkName(endpoint.host);
    else if (this.isTrusted(endpoint)) await this.resolver.resolve(endpoint.host).catch(asFailureAt(url));
  }

  private async sendOnce(url: URL, request: HttpRequest, isChosen: boolean, limit: TimeLimit): Promise<HttpResponse> {
    const { insecureTls = false } = request;
    const isServed = isChosen && !insecureTls;
    const authorization = request.authorize?.(url) ?? (isServed ? await this.authorizationFor(url) : undefined);
    limit.pause();
    const response = await this.connections.send(url, {
      method: request.method ?? 'GET',
      headers: {
        'accept-encoding': 'identity',
        ...(authorization === undefined ? {} : { authorization }),
        ...lowerCase(request.headers ?? {}),
      },
      body: request.method === 'POST' ? (request.body ?? null) : null,
      signal: limit.signal,
      insecureTls,
      onStart: () => limit.begin(),
    });
    return { status: response.statusCode, headers: flatten(response.headers), body: response.body, url: plain(url) };
  }
}

function asFailureAt(url: URL): (error: unknown) => never {
  return (error) => {
    throw unreachable(url, error);
  };
}

/** A dot at the end does not make another host. */
function hostOf(url: URL): string {
  return endpointOf(url).host.replace(/\.$/, '');
}

function closed(start: URL, url: URL): NetworkError {
  return new NetworkError(
    `${plain(start)} redirects to ${hostOf(url)}, which is open to some users only; give an address on that host itself.`,
  );
}

function addressOf(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new NetworkError('An address to fetch from is not valid.');
}

/** Gives the body up when `check` throws. */
function refusing(body: Readable, check: () => void): void {
  try {
    check();
  } catch (error) {
    body.destroy();
    throw error;
  }
}

function redirectTarget(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw new NetworkError(`${plain(from)} redirects to something that is no address.`);
  const to = new URL(location, from);
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw new NetworkError(`${plain(from)} redirects from https to ${to.protocol.slice(0, -1)}, which is refused.`);
  }
  to.username = '';
  to.password = '';
  return to;
}

function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name.toLowerCase())));
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
