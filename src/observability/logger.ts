import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { redactSecrets } from './redact.js';

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** `pretty` is for a person at a terminal, `json` (one object a line) for everything else. */
  format: 'pretty' | 'json';
  /** Where lines go; standard error by default: standard output is for what a person asked for. */
  destination?: DestinationStream;
}

/**
 * The logger of the process. Every line, whatever it is made of, passes `redactSecrets` before it is written, so a
 * secret in a message, an error's stack or a header does not get out.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactSecrets },
    },
    options.format === 'pretty' ? prettyStream(options.destination) : (options.destination ?? pino.destination(2)),
  );
}

function prettyStream(destination: DestinationStream | undefined): DestinationStream {
  const colorize = destination === undefined && process.stderr.isTTY;
  return PinoPretty({ colorize, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss.l', destination: destination ?? 2 });
}
