import { chmod, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Configuration } from '../../config/index.js';
import { redactSecrets } from '../../observability/index.js';
import { REQUEST_STATE_CHANGED, type RequestStateChanged } from '../events.js';
import { formatLogLine, LOG_LEVELS, type LogLevel } from './log-line.js';

/** The log of one request, open for writing. */
export interface RequestLog {
  /** Appends a line; secrets in it are blanked. Never throws: a log that cannot be written stops no work. */
  log(level: LogLevel, message: string): void;
  /** Waits until everything is written. */
  close(): Promise<void>;
}

/** Unwritten text of one log; what comes on top is dropped, and the log says so. */
const MAX_PENDING = 4 * 1024 * 1024;

/**
 * The logs of requests, which clients can read: one file per request, appended to by every attempt. They are off when
 * no directory is configured; writing to them does nothing then.
 */
@Injectable()
export class RequestLogs {
  private readonly logger = new Logger(RequestLogs.name);
  private readonly directory: string | undefined;

  constructor(private readonly configuration: Configuration) {
    this.directory = configuration.logs.requestLogsDirectory;
  }

  /** Whether logs are kept at all. */
  get enabled(): boolean {
    return this.directory !== undefined;
  }

  /** Where the log of a request lies, if logs are kept. */
  path(id: number): string | undefined {
    return this.directory === undefined ? undefined : join(this.directory, `${id}.log`);
  }

  /** Opens the log of a request for appending; the file comes into being with the first line. */
  open(id: number): RequestLog {
    const path = this.path(id);
    if (path === undefined) return { log: () => undefined, close: async () => undefined };
    const { requestLogsLevel, requestLogsMode } = this.configuration.logs;
    const lowest = LOG_LEVELS.indexOf(requestLogsLevel);
    const writer = new LineWriter(path, requestLogsMode, (error) =>
      this.logger.warn(`The log of request ${id} cannot be written: ${String(error)}`),
    );
    return {
      log: (level, message) => {
        if (LOG_LEVELS.indexOf(level) < lowest) return;
        writer.write(formatLogLine({ time: now(), level, message: redactSecrets(message) }));
      },
      close: () => writer.close(),
    };
  }

  /** Removes the log of a request; a missing one is no error. */
  async remove(id: number): Promise<void> {
    const path = this.path(id);
    if (path !== undefined) await rm(path, { force: true });
  }

  @OnEvent(REQUEST_STATE_CHANGED)
  async removeWhenStale(event: RequestStateChanged): Promise<void> {
    if (event.to !== 'stale') return;
    try {
      await this.remove(event.id);
    } catch (error) {
      this.logger.error(`The log of request ${event.id} cannot be removed: ${String(error)}`);
    }
  }
}

/** Appends text to a file in the order of the calls, one write at a time. */
class LineWriter {
  private pending: string[] = [];
  private pendingSize = 0;
  private dropped = false;
  private file: FileHandle | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly mode: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  write(line: string): void {
    if (this.pendingSize > MAX_PENDING) {
      this.dropped = true;
      return;
    }
    this.pending.push(line);
    this.pendingSize += line.length;
    this.writing ??= this.drain();
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file?.close();
    this.file = undefined;
  }

  private async drain(): Promise<void> {
    try {
      while (this.pending.length > 0) {
        if (this.dropped)
          this.pending.push(formatLogLine({ time: now(), level: 'warn', message: 'Lines were dropped here' }));
        this.dropped = false;
        const text = this.pending.join('');
        this.pending = [];
        this.pendingSize = 0;
        this.file ??= await this.openFile();
        await this.file.appendFile(text);
      }
    } catch (error) {
      this.onError(error);
    } finally {
      this.writing = undefined;
    }
  }

  private async openFile(): Promise<FileHandle> {
    await mkdir(join(this.path, '..'), { recursive: true });
    const file = await open(this.path, 'a', this.mode);
    // The umask may have taken bits away; another owner's file keeps its mode.
    await chmod(this.path, this.mode).catch(() => undefined);
    return file;
  }
}

/** The present time as in the API, UTC. JavaScript's clock has milliseconds. */
function now(): string {
  return `${new Date().toISOString().slice(0, -1)}000`;
}
