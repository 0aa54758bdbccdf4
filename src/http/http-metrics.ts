import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Metrics } from '../observability/index.js';

/** Counts and times calls, under the names that dashboards of older installations know. */
@Injectable()
export class HttpMetrics {
  private readonly total;
  private readonly duration;
  private readonly exceptions;
  private readonly host = hostname();

  constructor(metrics: Metrics) {
    this.total = metrics.counter({
      name: 'cachito_flask_http_request_total',
      help: 'HTTP calls',
      labelNames: ['method', 'status', 'host'],
    });
    this.duration = metrics.histogram({
      name: 'cachito_flask_http_request_duration_seconds',
      help: 'Time from the first byte of an HTTP call to the end of its answer',
      labelNames: ['method', 'path', 'status', 'host'],
    });
    this.exceptions = metrics.counter({
      name: 'cachito_flask_http_request_exceptions_total',
      help: 'HTTP calls that failed on the side of the service',
      labelNames: ['method', 'status', 'host'],
    });
  }

  /** Express middleware. The path label is the route, so that ids do not multiply the series. */
  observe(request: Request, response: Response, next: NextFunction): void {
    const started = process.hrtime.bigint();
    response.once('close', () => {
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const labels = { method: knownMethod(request.method), status: String(response.statusCode), host: this.host };
      this.total.inc(labels);
      this.duration.observe({ ...labels, path: routeOf(request) }, seconds);
      if (response.statusCode >= 500) this.exceptions.inc(labels);
    });
    next();
  }
}

function routeOf(request: Request): string {
  const route: unknown = request.route?.path;
  return typeof route === 'string' ? route : 'unknown';
}

/** Callers choose the method; a series per invention would never end. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}
