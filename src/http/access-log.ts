import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { Configuration } from '../config/index.js';
import { createLogger } from '../observability/index.js';

/** Probes come every few seconds; only their failures are news. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/healthcheck', '/metrics']);

/**
 * Logs every call with its answer, without headers; the logger blanks secrets in the address. Gives each call an id,
 * which the audit log names, too.
 */
export function accessLog(configuration: Configuration): HttpLogger {
  const { level, format } = configuration.logs;
  return pinoHttp({
    logger: createLogger({ level, format }),
    genReqId: () => randomUUID(),
    serializers: { req: describeRequest, res: ({ statusCode }: { statusCode: number }) => ({ statusCode }) },
    customLogLevel: levelOf,
  });
}

function describeRequest(request: { id: string; method: string; url: string; remoteAddress?: string }): object {
  return { call: request.id, method: request.method, url: readable(request.url), from: request.remoteAddress };
}

function levelOf(request: IncomingMessage, response: ServerResponse, error?: Error): 'error' | 'info' | 'debug' {
  if (response.statusCode >= 500) return 'error';
  return error === undefined && PROBES.has(request.url ?? '') ? 'debug' : 'info';
}

/**
 * Decoded, so that the logger sees (and blanks) secrets in it; but for what would end a line, move the cursor or turn
 * the writing around.
 */
function readable(url: string): string {
  try {
    return decodeURIComponent(url).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, encodeURIComponent);
  } catch {
    return url.replace(/\?.*$/s, '?…');
  }
}
