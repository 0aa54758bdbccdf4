export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a request's log. */
export interface LogLine {
  /** UTC, `YYYY-MM-DDTHH:MM:SS.ffffff`. */
  time: string;
  level: LogLevel;
  message: string;
}

/** Longer messages are cut: a log line is for people. */
const MAX_MESSAGE = 8192;

/** One line of text, whatever the message holds: what came from a repository must not look like a line of ours. */
export function formatLogLine(line: LogLine): string {
  const message = line.message.length > MAX_MESSAGE ? `${line.message.slice(0, MAX_MESSAGE)}…` : line.message;
  return `${line.time} ${line.level.toUpperCase()} ${escapeControls(message)}\n`;
}

/** The parts of a line as `formatLogLine` wrote it; undefined for anything else. */
export function parseLogLine(text: string): LogLine | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}) (DEBUG|INFO|WARN|ERROR) (.*)$/.exec(text);
  if (match === null) return undefined;
  const level = LOG_LEVELS.find((each) => each === match[2].toLowerCase());
  return level === undefined ? undefined : { time: match[1], level, message: match[3] };
}

function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    if (character === '\t') return ' ';
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
