import type { IncomingMessage, ServerResponse } from 'node:http';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { Configuration } from '../config/index.js';
import { createLogger } from '../observability/index.js';

/** Probes come every few seconds; only their failures are news. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/healthcheck', '/metrics']);

/** Logs every call with its answer, without headers; the logger blanks secrets in the address. */
export function accessLog(configuration: Configuration): HttpLogger {
  const { level, format } = configuration.logs;
  return pinoHttp({
    logger: createLogger({ level, format }),
    serializers: { req: describeRequest, res: ({ statusCode }: { statusCode: number }) => ({ statusCode }) },
    customLogLevel: levelOf,
  });
}

function describeRequest(request: { method: string; url: string; remoteAddress?: string }): object {
  return { method: request.method, url: readable(request.url), from: request.remoteAddress };
}

function levelOf(request: IncomingMessage, response: ServerResponse, error?: Error): 'error' | 'info' | 'debug' {
  if (response.statusCode >= 500) return 'error';
  return error === undefined && PROBES.has(request.url ?? '') ? 'debug' : 'info';
}

/** Decoded, so that the logger sees (and blanks) secrets in it. */
function readable(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url.replace(/\?.*$/s, '?…');
  }
}
