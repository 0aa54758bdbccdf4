import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError } from '../../../errors/index.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import { parseModulePath } from './goproxy-path.js';
import { type Answer, notFound, ProxyAnswers, type ServedModules } from './proxy-answers.js';
import { sendAnswer, sendText } from './send-answer.js';

/** Bytes of the secret part of its address. */
const SECRET_SIZE = 24;

/**
 * A Go module proxy on loopback for the `go` commands of one request (https://go.dev/ref/mod#goproxy-protocol), in front
 * of its module store. Only who knows its address gets answers: other users of the host do not. Ends with its signal.
 */
export class ModuleProxy {
  /** For `GOPROXY`. It holds a secret, and `go` repeats it in messages: take it out of what others see. */
  readonly url: string;
  private readonly secret = randomBytes(SECRET_SIZE).toString('hex');
  private readonly ending = new AbortController();
  private readonly ended: Promise<unknown>;
  private firstFailure: unknown;

  private constructor(
    private readonly server: Server,
    private readonly answers: ProxyAnswers,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${this.secret}`;
    this.ended = once(server, 'close');
    server.on('request', (request, response) => void this.serve(request, response));
  }

  static async start(
    store: ServedModules,
    checksums: Pick<ChecksumDatabase, 'document'>,
    signal: AbortSignal,
  ): Promise<ModuleProxy> {
    signal.throwIfAborted();
    const server = createServer().listen(0, '127.0.0.1');
    // The client alone decides when a connection has been idle for too long: it would send a call into one that closes.
    server.keepAliveTimeout = 0;
    await once(server, 'listening');
    const proxy = new ModuleProxy(server, new ProxyAnswers(store, checksums));
    const end = (): void => void proxy.close();
    signal.addEventListener('abort', end, { once: true, signal: proxy.ending.signal });
    if (signal.aborted) end();
    return proxy;
  }

  /** The first error that was answered with a status of 5xx: why `go` failed, if it failed; undefined without one. */
  get failure(): unknown {
    return this.firstFailure;
  }

  /** Breaks off what is under way. May be called again. */
  async close(): Promise<void> {
    if (!this.ending.signal.aborted) {
      this.ending.abort();
      this.server.close();
      this.server.closeAllConnections();
    }
    await this.ended;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const signal = AbortSignal.any([this.ending.signal, left.signal]);
      await sendAnswer(await this.answer(request, signal), request, response, signal);
    } catch (error) {
      if (isDeparture(error)) return void response.destroy();
      this.firstFailure ??= error;
      if (response.headersSent) response.destroy();
      else sendText(response, 502, describeError(error).message);
    }
  }

  private async answer({ method, url = '' }: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const [, secret = '', ...rest] = url.split('/');
    if (!isEqual(secret, this.secret)) return notFound('There is nothing here.');
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'Only GET and HEAD are allowed.' };
    return this.answers.to(parseModulePath(rest.join('/')), signal);
  }
}

/** Whether an answer was broken off because the client has left, or this proxy ends. */
function isDeparture(error: unknown): boolean {
  const { name, code } = Object(error);
  return name === 'AbortError' || ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(code);
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => Buffer.from(text));
  return left.length === right.length && timingSafeEqual(left, right);
}
