import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { LogTail } from '../logs/log-tail.js';
import { RequestLogs } from '../logs/request-logs.js';
import { EventFeed, type FeedEvent } from './event-feed.js';
import { RequestNews } from './request-news.js';

/** Milliseconds between comments, which keep proxies from closing a quiet stream. */
const COMMENT_INTERVAL = 15_000;
/** Milliseconds between looks at the log. */
const LOG_INTERVAL = 500;
/** Bytes that may wait for a client; one that reads slower is cut off, and gets the present state when it returns. */
const MAX_BUFFER = 1024 * 1024;

/** Clients that watch one request: the rows and the log are read once for all of them. */
interface Watch {
  feed: EventFeed;
  /** Who watches, and how to find out whether they still may; undefined = they always may. */
  clients: Map<Response, (() => Promise<boolean>) | undefined>;
  /** Clients that are being added. */
  joining: number;
  /** Reads happen one after the other. */
  work: Promise<void>;
  /** A read is asked for and has not begun. */
  asked: boolean;
  stop(): void;
}

/** `text/event-stream` answers of `GET /requests/{id}/events`. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly logger = new Logger(EventStreams.name);
  private readonly watches = new Map<number, Watch>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly news: RequestNews,
    private readonly logs: RequestLogs,
  ) {}

  /**
   * Sends the present state and everything that follows, until the state is final; false = no such request. `maySee` is
   * asked again before anything is sent: what is found out about a request may close it to who watches.
   */
  async stream(id: number, response: Response, maySee?: () => Promise<boolean>): Promise<boolean> {
    const watch = this.watches.get(id) ?? this.begin(id);
    let present: FeedEvent[] | undefined;
    watch.joining += 1;
    try {
      await this.next(watch, async () => {
        present = await watch.feed.present();
        if (maySee !== undefined && !(await maySee())) present = undefined;
        if (present !== undefined && !response.destroyed) this.join(id, watch, response, present, maySee);
      });
    } finally {
      watch.joining -= 1;
      if (watch.feed.ended) this.end(id, watch);
      else this.endWhenUnwatched(id, watch);
    }
    return present !== undefined;
  }

  onModuleDestroy(): void {
    for (const [id, watch] of [...this.watches]) this.end(id, watch);
  }

  private begin(id: number): Watch {
    const path = this.logs.path(id);
    const feed = new EventFeed(this.dataSource, id, path === undefined ? undefined : new LogTail(path));
    const unlisten = this.news.listen(id, () => this.refresh(id, watch));
    const comments = setInterval(() => send(watch, ': still here\n\n'), COMMENT_INTERVAL);
    const logTimer = setInterval(() => this.refreshLog(watch), LOG_INTERVAL);
    const stop = (): void => {
      unlisten();
      clearInterval(comments);
      clearInterval(logTimer);
    };
    const watch: Watch = { feed, clients: new Map(), joining: 0, work: Promise.resolve(), asked: false, stop };
    this.watches.set(id, watch);
    return watch;
  }

  private refresh(id: number, watch: Watch): void {
    if (watch.asked) return;
    watch.asked = true;
    void this.next(watch, async () => {
      watch.asked = false;
      if (watch.clients.size === 0) return;
      await broadcast(watch, format(await watch.feed.news()));
      if (watch.feed.ended) this.end(id, watch);
    }).catch((error: unknown) => this.logger.error(`The events of request ${id} could not be read: ${String(error)}`));
  }

  private refreshLog(watch: Watch): void {
    if (watch.asked || watch.clients.size === 0) return;
    void this.next(watch, async () => broadcast(watch, format(await watch.feed.logEvents()))).catch(() => undefined);
  }

  /** Runs after everything that was begun for this watch. */
  private next(watch: Watch, step: () => Promise<void>): Promise<void> {
    const result = watch.work.then(step);
    watch.work = result.catch(() => undefined);
    return result;
  }

  private join(
    id: number,
    watch: Watch,
    response: Response,
    present: readonly FeedEvent[],
    maySee: (() => Promise<boolean>) | undefined,
  ): void {
    openStream(response);
    watch.clients.set(response, maySee);
    response.once('close', () => {
      watch.clients.delete(response);
      this.endWhenUnwatched(id, watch);
    });
    write(response, `retry: 3000\n\n${format(present)}`);
  }

  private endWhenUnwatched(id: number, watch: Watch): void {
    if (watch.clients.size === 0 && watch.joining === 0) this.end(id, watch);
  }

  private end(id: number, watch: Watch): void {
    watch.stop();
    if (this.watches.get(id) === watch) this.watches.delete(id);
    for (const response of [...watch.clients.keys()]) response.end();
    watch.clients.clear();
  }
}

function openStream(response: Response): void {
  response.status(200);
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  // nginx would collect the stream otherwise.
  response.setHeader('X-Accel-Buffering', 'no');
  response.flushHeaders();
}

/** Sends what was read, but not to those who may not see it any more. */
async function broadcast(watch: Watch, text: string): Promise<void> {
  if (text === '') return;
  for (const [response, maySee] of [...watch.clients]) {
    if (maySee === undefined || (await maySee())) continue;
    watch.clients.delete(response);
    response.end();
  }
  send(watch, text);
}

function send(watch: Watch, text: string): void {
  for (const response of [...watch.clients.keys()]) write(response, text);
}

function write(response: Response, text: string): void {
  if (response.writableLength > MAX_BUFFER) response.destroy();
  else response.write(text);
}

/** JSON has no line breaks, so one `data` line holds an event. */
function format(events: readonly FeedEvent[]): string {
  return events.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');
}
