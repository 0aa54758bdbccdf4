import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Configuration, ConfigurationError } from '../config/index.js';
import { errorCode } from '../download/index.js';
import { Metrics } from '../observability/index.js';
import { Worker } from '../pipeline/index.js';
import type { ShortStatus } from './status.dto.js';
import { StatusService } from './status.service.js';

/** Monitors send a line and a few headers: who takes longer (milliseconds), or opens more connections, is cut off. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 100;

interface Answer {
  status: number;
  type: string;
  text: string;
}

/**
 * `/metrics`, `/healthz` and `/readyz` on a port of their own (`CACHITO_METRICS_PORT`), in every role: a worker serves
 * nothing else. It listens before any work begins, and until the last work is handed back.
 */
@Injectable()
export class MetricsServer implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(MetricsServer.name);
  private server: Server | undefined;
  private isLeaving = false;

  constructor(
    private readonly configuration: Configuration,
    private readonly metrics: Metrics,
    private readonly status: StatusService,
    private readonly worker: Worker,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** Throws `ConfigurationError` when the port cannot be had. */
  async onModuleInit(): Promise<void> {
    const { port } = this.configuration.metrics;
    // A command beside a running service has no adapter for HTTP and no worker's role.
    const isService = this.configuration.role === 'worker' || Boolean(this.adapterHost.httpAdapter);
    if (port !== undefined && isService) this.server = await this.listen(port);
  }

  onModuleDestroy(): void {
    this.isLeaving = true;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.server === undefined) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async listen(port: number): Promise<Server> {
    const { role, server: main } = this.configuration;
    if (port !== 0 && port === main.port && role !== 'worker') {
      throw new ConfigurationError([`CACHITO_METRICS_PORT and PORT are both ${port}; give them a port each.`]);
    }
    const server = createServer(LIMITS, (request, response) => void this.serve(request, response));
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(port, main.host);
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new ConfigurationError([`CACHITO_METRICS_PORT=${port} cannot be listened on: ${obstacle(error)}`]);
    }
    return server;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.answer(request).catch((error: unknown): Answer => {
      this.logger.error(`${request.url} was not answered: ${String(error)}`);
      return plain(500, 'Something went wrong; the service log holds the details.');
    });
    if (status === 405) response.setHeader('Allow', 'GET, HEAD');
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
    });
    response.end(text);
  }

  private async answer({ method, url = '' }: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are served here.');
    const [path] = url.split('?', 1);
    if (path === '/metrics') return { status: 200, type: this.metrics.contentType, text: await this.metrics.text() };
    if (path === '/healthz') return json(200, { ok: true });
    if (path !== '/readyz') return plain(404, 'Only /metrics, /healthz and /readyz are served here.');
    const reason = await this.unreadyReason();
    return reason === undefined ? json(200, { ok: true }) : json(503, { ok: false, reason });
  }

  /** Why this process cannot do what its role says; undefined when it can. */
  private async unreadyReason(): Promise<string | undefined> {
    if (this.isLeaving) return 'it is shutting down';
    if (this.configuration.role !== 'api' && !this.worker.takesRequests) return 'it takes no requests yet';
    return this.status.unreadyReason();
  }
}

function obstacle(error: unknown): string {
  const code = errorCode(error) ?? 'unknown error';
  if (code === 'EADDRINUSE') return 'another process has the port. Set it to a free one.';
  if (code === 'EACCES') return 'the user of the service may not use this port. Set it to one above 1023.';
  if (code === 'EADDRNOTAVAIL') return 'HOST is no address of this host.';
  return `${code}.`;
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text: `${text}\n` };
}

function json(status: number, body: ShortStatus): Answer {
  return { status, type: 'application/json; charset=utf-8', text: JSON.stringify(body) };
}
