import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { NetworkError } from '../errors/index.js';
import { authority, type Endpoint, endpointOf } from './endpoint.js';
import { errorCode, failure } from './failures.js';
import { proxyAuthorization } from './proxies.js';

/**
 * A connection to `target` through an HTTP proxy (`CONNECT`, RFC 9110 §9.3.6). The proxy resolves the name. Throws
 * `NetworkError`; its code is `PROXY_<status>` when the proxy refuses.
 */
export async function openTunnel(
  proxy: URL,
  target: Endpoint,
  { timeout, signal }: { timeout: number; signal: AbortSignal },
): Promise<Socket> {
  const { host, port } = endpointOf(proxy);
  const authorization = proxyAuthorization(proxy);
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    host,
    port,
    method: 'CONNECT',
    path: authority(target),
    headers: {
      host: authority(target),
      connection: 'keep-alive',
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
    agent: false,
    signal,
  });
  const timer = setTimeout(() => request.destroy(failure('The HTTP proxy took too long.', 'ETIMEDOUT')), timeout);
  try {
    return await new Promise<Socket>((resolve, reject) => {
      request.once('error', reject);
      request.once('connect', ({ statusCode = 0 }, socket, early) => {
        if (statusCode === 200 && early.length === 0) return resolve(socket);
        socket.on('error', () => undefined).destroy();
        reject(refusal(statusCode));
      });
      request.end();
    });
  } catch (error) {
    if (error instanceof NetworkError) throw error;
    throw new NetworkError(`The HTTP proxy cannot be reached (${errorCode(error) ?? 'no answer'}).`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** A proxy that does not let something pass. */
export function refusal(status: number): NetworkError {
  const hint = status === 407 ? ': it needs other credentials' : '';
  return failure(`The HTTP proxy refuses to connect (status ${status})${hint}.`, `PROXY_${status}`);
}
