import { userInfo } from 'node:os';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { DestinationStream, Logger } from 'pino';
import type { Configuration } from '../../config/index.js';
import { createLogger } from '../../observability/index.js';
import { IgnoredHeaders } from '../proxy/ignored-headers.js';
import { TrustedNetworks } from '../proxy/trusted-networks.js';
import { describeCall } from './audited-call.js';
import { originOf } from './client-address.js';
import { printable } from './printable.js';
import { whenAnswered } from './when-answered.js';

/** Methods that promise to change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Writes who has changed what: a line with `"audit": true` for every call that may change something, also when it was
 * refused, and for every command. The lines are in the log of the service, whatever its level is.
 */
export class AuditLog {
  private readonly logger: Logger;
  private readonly proxies: TrustedNetworks;
  private readonly ignored: IgnoredHeaders;

  /** `destination`: where lines go; standard error by default. */
  constructor({ auth, logs }: Configuration, destination?: DestinationStream) {
    this.logger = createLogger({ level: 'info', format: logs.format, destination }).child({ audit: true });
    this.proxies = new TrustedNetworks(auth.trustedProxies);
    this.ignored = new IgnoredHeaders(auth);
  }

  /** Express middleware, which comes before all that may refuse a call. Notes identity headers of strangers, too. */
  observe(request: Request, response: Response, next: NextFunction): void {
    this.ignored.note(request);
    if (!SAFE.has(request.method)) whenAnswered(response, () => this.writeCall(request, response));
    next();
  }

  /** A command of the command line: `argv` is its name and its arguments. */
  writeCommand(argv: readonly string[], status: number): void {
    const [command, ...rest] = argv.map(printable);
    this.logger.info({ user: systemUser(), login: 'command line', command, arguments: rest, status }, 'audit: command');
  }

  private writeCall(request: Request, response: Response): void {
    const ignored = this.ignored.of(request);
    const details = {
      ...describeCall(request, response),
      ...originOf(request, this.proxies),
      ...(ignored.length > 0 && { ignoredHeaders: ignored }),
    };
    this.logger.info(details, 'audit: call');
  }
}

/** Who runs this process. A container's user often has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Has every call of an application looked at; to be called before anything else of it sees the calls. */
export function auditCalls(app: NestExpressApplication, audit: AuditLog): void {
  app.use((request: Request, response: Response, next: NextFunction) => audit.observe(request, response, next));
}
