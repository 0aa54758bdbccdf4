import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { untilAborted } from '../concurrency/index.js';
import { type AddressPolicy, AddressRefusedError } from './address-policy.js';
import type { Credentials } from './credentials.js';
import { endpointOf } from './endpoint.js';
import { unreachable } from './failures.js';
import { proxyAuthorization, type Proxies, proxyFor } from './proxies.js';
import type { Resolver } from './resolver.js';
import { openTunnel, refusal } from './tunnel.js';

export interface ConnectionsOptions {
  policy: AddressPolicy;
  resolver: Resolver;
  credentials: Credentials;
  proxies: Proxies;
  /** Connections at a time to one origin. */
  connections: number;
  /** Milliseconds until a connection must stand, TLS and proxy included. */
  connectTimeout: number;
}

interface Message {
  method: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  body: Uint8Array | null;
  signal: AbortSignal;
  /** Over connections of their own, whose certificates are not checked. */
  insecureTls: boolean;
  /** Called when there is a connection and the request goes out. */
  onStart: () => void;
}

/**
 * Pools of connections, one for each origin. A direct connection goes to an address that the policy has judged: names
 * are resolved here, and the connection is made to what came out, so nothing can change between check and use. Hosts
 * that the operator configured are not judged here. Through a proxy, https goes in a tunnel and http is forwarded.
 */
export class Connections {
  private readonly agent: Agent;
  /** The same without a look at certificates. */
  private readonly insecure: Agent;
  /** Connections to proxies that forward. */
  private readonly forwarding: Agent;
  private readonly closing = new AbortController();
  private readonly connectors = new Map<string, buildConnector.connector>();

  constructor(private readonly options: ConnectionsOptions) {
    // Time is limited for each request as a whole, by the client.
    const limits = { connections: options.connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
    this.agent = new Agent({ ...limits, connect: (target, callback) => this.connect(target, true, callback) });
    this.insecure = new Agent({ ...limits, connect: (target, callback) => this.connect(target, false, callback) });
    this.forwarding = new Agent({ ...limits, connect: { timeout: options.connectTimeout, autoSelectFamily: true } });
  }

  /** Throws `NetworkError`, or the signal's reason as soon as it fires, even while waiting for a connection. */
  async send(url: URL, { onStart, insecureTls, ...message }: Message): Promise<Dispatcher.ResponseData> {
    const proxy = url.protocol === 'http:' ? proxyFor(url, this.options.proxies) : undefined;
    const direct = insecureTls ? this.insecure : this.agent;
    const agent = (proxy === undefined ? direct : this.forwarding).compose(telling(onStart));
    const response =
      proxy === undefined
        ? agent.request({ ...message, origin: url.origin, path: `${url.pathname}${url.search}` })
        : forward(agent, proxy, url, message);
    try {
      return await untilAborted(response, message.signal);
    } catch (error) {
      throw unreachable(url, error);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([this.agent, this.insecure, this.forwarding].map((agent) => agent.destroy()));
  }

  private connect(target: buildConnector.Options, isChecked: boolean, callback: buildConnector.Callback): void {
    const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
    const endpoint = endpointOf(url);
    const proxy = url.protocol === 'https:' ? proxyFor(url, this.options.proxies) : undefined;
    const isTrusted = this.options.policy.isTrusted(endpoint);
    if (proxy !== undefined) {
      openTunnel(proxy, endpoint, { timeout: this.options.connectTimeout, signal: this.closing.signal }).then(
        (socket) => this.connector(url, { isJudged: false, isChecked })({ ...target, httpSocket: socket }, callback),
        (error: Error) => callback(error, null),
      );
    } else if (!isTrusted && isIP(endpoint.host) !== 0 && !this.options.policy.allows(endpoint.host)) {
      // Literal addresses are connected to without a lookup.
      callback(new AddressRefusedError(endpoint.host), null);
    } else {
      this.connector(url, { isJudged: !isTrusted, isChecked })(target, callback);
    }
  }

  /** One for each origin with certificates of its own, and one for all others; `isChecked` = certificates matter. */
  private connector(url: URL, { isJudged, isChecked }: { isJudged: boolean; isChecked: boolean }) {
    const ca = isChecked ? this.options.credentials.certificatesFor(url) : undefined;
    const key = `${isJudged} ${isChecked} ${ca === undefined ? '' : url.origin}`;
    const known = this.connectors.get(key);
    if (known !== undefined) return known;
    const made = buildConnector({
      timeout: this.options.connectTimeout,
      autoSelectFamily: true,
      rejectUnauthorized: isChecked,
      ...(ca === undefined ? {} : { secureContext: trusting(ca) }),
      lookup: (host, options, callback) => {
        this.options.resolver.resolve(host, { isJudged }).then(
          (addresses) => {
            if (options.all === true) callback(null, addresses);
            else callback(null, addresses[0].address, addresses[0].family);
          },
          (error: NodeJS.ErrnoException) => callback(error, ''),
        );
      },
    });
    this.connectors.set(key, made);
    return made;
  }
}

async function forward(
  agent: Dispatcher,
  proxy: URL,
  url: URL,
  message: Omit<Message, 'onStart' | 'insecureTls'>,
): Promise<Dispatcher.ResponseData> {
  const authorization = proxyAuthorization(proxy);
  const response = await agent.request({
    ...message,
    origin: proxy.origin,
    path: `${url.origin}${url.pathname}${url.search}`,
    headers: {
      ...message.headers,
      host: url.host,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
  });
  if (response.statusCode !== 407) return response;
  response.body.on('error', () => undefined).destroy();
  throw refusal(407);
}

/** Calls back when a request is sent, after it has waited for its connection. */
function telling(onStart: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (controller, context) => {
        onStart();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    });
}

/** The usual certificates (`NODE_EXTRA_CA_CERTS` too) and these; the option `ca` would replace the usual ones. */
function trusting(ca: string) {
  const context = createSecureContext();
  context.context.addCACert(ca);
  return context;
}
