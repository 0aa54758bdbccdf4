import type { LoggerService } from '@nestjs/common';
import type { Level, Logger } from 'pino';

/** Nest tells every route and module it finds as `log`; that is for developers only. */
const CHATTY_CONTEXTS: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * Nest's logger on pino, for `app.useLogger`. `log` is `info` (`debug` where Nest talks of itself), `verbose` is
 * `debug`; a last string argument is the context, and for errors the one before it the stack, as Nest calls it.
 */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.logger.isLevelEnabled(level)) return;
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const others = (context === undefined ? rest : rest.slice(0, -1)).filter((value) => value !== undefined);
    const error = [message, ...others].find((value) => value instanceof Error);
    const details = others.filter((value) => value !== error);
    this.logger[level](
      {
        ...(context === undefined ? {} : { context }),
        ...(error ? { err: error } : {}),
        ...(details.length ? { details } : {}),
      },
      message instanceof Error ? message.message : textOf(message),
    );
  }
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? String(message));
}
