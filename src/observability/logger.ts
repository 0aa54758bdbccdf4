import { type DestinationStream, type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { redactJsonLine } from './redact.js';

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** `pretty` is for a person at a terminal, `json` (one object a line) for everything else. */
  format: 'pretty' | 'json';
  /** Where lines go; standard error by default: standard output is for what a person asked for. */
  destination?: DestinationStream;
}

/**
 * The logger of the process. Every line, whatever it is made of, is freed of secrets before it is written, so one in a
 * message, an error's stack or a header does not get out.
 */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? pino.destination(2);
  return pino(
    {
      level: options.level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactJsonLine },
    },
    options.format === 'pretty' ? prettyStream(destination, options.destination === undefined) : destination,
  );
}

function prettyStream(destination: DestinationStream, isTerminal: boolean): DestinationStream {
  const colorize = isTerminal && process.stderr.isTTY;
  const pretty = prettyFactory({ colorize, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  return { write: (line) => void destination.write(pretty(line)) };
}
