import { isIP } from 'node:net';
import { type Readable, Transform } from 'node:stream';
import { Agent, buildConnector, type Dispatcher, request as send } from 'undici';
import { NetworkError } from '../errors/index.js';
import { type AddressPolicy, AddressRefusedError } from './address-policy.js';
import { Resolver } from './resolver.js';

export interface HttpClientOptions {
  policy: AddressPolicy;
  /** Connections at a time to one origin. */
  connections: number;
  /** Milliseconds that one request may take until its body is read. */
  timeout: number;
}

export interface HttpRequest {
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  signal?: AbortSignal;
  /**
   * Value of `Authorization` for an address, asked again at each redirect: it must give credentials only to the host
   * they are for.
   */
  authorize?: (url: URL) => string | undefined;
  /** Most bytes of the body; more make reading it fail with `BodyTooLargeError`. */
  maxSize?: number;
  /** 5 unless given. With 0 a redirect is an answer like any other. */
  maxRedirects?: number;
  /** Milliseconds, instead of the client's own limit. */
  timeout?: number;
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

/** A body with more bytes than the caller wants. Its `errorType` is `NetworkError`. */
export class BodyTooLargeError extends NetworkError {
  constructor(url: string, maxSize: number) {
    super(`The answer of ${url} is larger than ${maxSize} bytes.`);
  }

  override get errorType(): string {
    return 'NetworkError';
  }
}

const MAX_REDIRECTS = 5;
const CONNECT_TIMEOUT = 10_000;
/** A server that sends nothing for this long is given up. */
const SILENCE = 60_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that may hold secrets; they do not follow a redirect to another origin. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'private-token']);

/**
 * HTTP(S) to the outside. Every connection goes to an address that the policy has judged: names are resolved here, and
 * the connection is made to what came out, so nothing can change between check and use. Redirects are followed one by
 * one, each to be judged again, never from https to http. Nothing is decompressed.
 */
export class HttpClient {
  private readonly agent: Agent;
  readonly resolver: Resolver;

  constructor(private readonly options: HttpClientOptions) {
    this.resolver = new Resolver(options.policy);
    this.agent = new Agent({
      connections: options.connections,
      pipelining: 1,
      connect: this.connector(),
      headersTimeout: Math.min(SILENCE, options.timeout),
      bodyTimeout: Math.min(SILENCE, options.timeout),
    });
  }

  /**
   * Sends a request; any status is an answer. Throws `NetworkError` when there is none (`cause` is the system's error),
   * `AddressRefusedError` when an address on the way is refused, and the signal's reason when that fires.
   */
  async request(url: string, request: HttpRequest = {}): Promise<HttpResponse> {
    const deadline = new Deadline(request.timeout ?? this.options.timeout, request.signal);
    try {
      const response = await this.follow(new URL(url), request, deadline.signal);
      return { ...response, body: bounded(response, request.maxSize, deadline) };
    } catch (error) {
      deadline.clear();
      request.signal?.throwIfAborted();
      throw deadline.expired ? timedOut(url) : error;
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async follow(start: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const maxRedirects = request.maxRedirects ?? MAX_REDIRECTS;
    let method = request.method ?? 'GET';
    let headers: Record<string, string> = { ...request.headers };
    for (let url = start, hops = 0; ; hops += 1) {
      const response = await this.sendOnce(url, { ...request, method, headers }, signal);
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

  private async sendOnce(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new NetworkError(`${url.protocol} addresses are not allowed; use https or http.`);
    }
    const authorization = request.authorize?.(url);
    const body = request.method === 'POST' ? request.body : undefined;
    try {
      const response = await send(`${url.origin}${url.pathname}${url.search}`, {
        dispatcher: this.agent,
        method: request.method ?? 'GET',
        headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
        body: body ?? null,
        signal,
      });
      return { status: response.statusCode, headers: flatten(response.headers), body: response.body, url: plain(url) };
    } catch (error) {
      throw networkError(url, error);
    }
  }

  /** Connects to judged addresses only. */
  private connector(): buildConnector.connector {
    const connect = buildConnector({
      timeout: CONNECT_TIMEOUT,
      autoSelectFamily: true,
      lookup: (host, options, callback) => {
        this.resolver.resolve(host).then(
          (addresses) => {
            if (options.all === true) callback(null, addresses);
            else callback(null, addresses[0].address, addresses[0].family);
          },
          (error: NodeJS.ErrnoException) => callback(error, ''),
        );
      },
    });
    return (options, callback) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // Literal addresses are connected to without a lookup.
      if (isIP(host) !== 0 && !this.options.policy.allows(host)) callback(new AddressRefusedError(host), null);
      else connect(options, callback);
    };
  }
}

/** The caller's signal and a time limit in one; cleared when the body is done, so that nothing is left waiting. */
class Deadline {
  expired = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.controller.abort(this.outer?.reason);

  constructor(
    milliseconds: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => this.expire(), milliseconds);
    this.timer.unref();
    if (outer?.aborted === true) this.onAbort();
    else outer?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.onAbort);
  }

  private expire(): void {
    this.expired = true;
    this.controller.abort();
  }
}

/** The body with its limits: size, time, and errors that callers understand. */
function bounded(response: HttpResponse, maxSize: number | undefined, deadline: Deadline): Readable {
  let size = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      size += chunk.length;
      if (maxSize !== undefined && size > maxSize) callback(new BodyTooLargeError(response.url, maxSize));
      else callback(null, chunk);
    },
  });
  response.body.on('error', (error) => {
    counter.destroy(deadline.expired ? timedOut(response.url) : networkError(new URL(response.url), error));
  });
  counter.on('close', () => {
    deadline.clear();
    response.body.destroy();
  });
  return response.body.pipe(counter);
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

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** What may be shown of an address: no user information, no query (tokens stand there). */
function plain(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function timedOut(url: string): NetworkError {
  return new NetworkError(`${plain(new URL(url))} took too long to answer.`);
}

function networkError(url: URL, error: unknown): Error {
  if (error instanceof NetworkError) return error;
  const code = errorCode(error);
  return new NetworkError(`${plain(url)} cannot be reached${code === undefined ? '' : ` (${code})`}.`, {
    cause: error,
  });
}

/** `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, …: the first code found along the causes of an error. */
export function errorCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    // One failure for each address of a host: they are alike.
    const inner: unknown = 'errors' in at && Array.isArray(at.errors) ? at.errors[0] : undefined;
    at = inner ?? ('cause' in at ? at.cause : undefined);
  }
  return undefined;
}
