import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { redactSecrets } from '../observability/index.js';
import { sessionName } from './session-name.js';

/** What was published. Values come from processes of this service only, but check them all the same. */
export type NotificationPayload = Readonly<Record<string, unknown>>;
export type NotificationHandler = (payload: NotificationPayload) => void;

interface Subscription {
  handler: NotificationHandler;
  missed: () => void;
}

/** PostgreSQL refuses 8,000 bytes. */
const MAX_PAYLOAD = 7_000;
const RETRY_PAUSE = 500;
/** Milliseconds of silence after which the connection is asked whether the server is there: usually it is silent. */
const ASK_AFTER = 10_000;

/**
 * News between processes, by PostgreSQL's NOTIFY: fast, small, and lost when nobody listens. They are hints to read the
 * database again, never the only place of a fact. One LISTEN connection per process, made with the first subscription
 * and again whenever it breaks.
 */
@Injectable()
export class Notifications {
  private readonly log = new Logger('Notifications');
  private readonly subscriptions = new Map<string, Set<Subscription>>();
  private readonly closing = new AbortController();
  private connection: pg.Client | undefined;
  private connecting: Promise<void> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Tells every process, this one too. Under 7,000 bytes of JSON, else `RangeError`. A database that cannot be reached
   * is logged only: whoever publishes has committed the fact already.
   */
  async publish(channel: string, payload: object): Promise<void> {
    const text = JSON.stringify(payload);
    if (Buffer.byteLength(text) > MAX_PAYLOAD) throw new RangeError(`A notification on ${channel} is too long`);
    try {
      await this.dataSource.query('SELECT pg_notify($1, $2)', [channel, text]);
    } catch (error) {
      this.log.warn(`A notification on ${channel} was lost: ${redactSecrets(String(error))}`);
    }
  }

  /**
   * Calls `handler` for everything published on the channel from now on; returns how to end that. `missed` is called
   * when listening has begun or begun anew: something may have been published before, so read the database.
   */
  subscribe(channel: string, handler: NotificationHandler, missed: () => void = () => undefined): () => void {
    const subscription = { handler, missed };
    const present = this.subscriptions.get(channel);
    if (present) present.add(subscription);
    else this.subscriptions.set(channel, new Set([subscription]));
    this.listen(channel, subscription, present !== undefined);
    return () => this.subscriptions.get(channel)?.delete(subscription);
  }

  /** Called once, at shutdown. */
  async close(): Promise<void> {
    this.closing.abort();
    this.subscriptions.clear();
    await this.connecting;
    await this.connection?.end().catch(() => undefined);
  }

  private listen(channel: string, subscription: Subscription, listening: boolean): void {
    if (this.connection === undefined) this.connecting ??= this.connect();
    else if (listening) queueMicrotask(subscription.missed);
    // An error breaks the connection, which is then made anew with all channels.
    else void this.connection.query(listenTo(channel)).then(subscription.missed, () => undefined);
  }

  private async connect(): Promise<void> {
    while (!this.closing.signal.aborted) {
      const client = new pg.Client({
        ...this.address(),
        application_name: sessionName('listens'),
        keepAlive: true,
        keepAliveInitialDelayMillis: ASK_AFTER,
      });
      client.on('error', () => undefined);
      client.on('notification', ({ channel, payload }) => this.deliver(channel, payload ?? ''));
      try {
        await client.connect();
        await this.listenToAll(client);
        client.once('end', () => this.reconnect());
        this.connection = client;
        this.connecting = undefined;
        this.forEachSubscription(({ missed }) => missed());
        return;
      } catch (error) {
        await client.end().catch(() => undefined);
        this.log.warn(`Cannot listen for notifications, trying again: ${redactSecrets(String(error))}`);
        await sleep(RETRY_PAUSE, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
    this.connecting = undefined;
  }

  /** Channels may be added while the statements run. */
  private async listenToAll(client: pg.Client): Promise<void> {
    const done = new Set<string>();
    for (;;) {
      const channel = [...this.subscriptions.keys()].find((name) => !done.has(name));
      if (channel === undefined) return;
      await client.query(listenTo(channel));
      done.add(channel);
    }
  }

  private reconnect(): void {
    this.connection = undefined;
    if (!this.closing.signal.aborted) this.connecting ??= this.connect();
  }

  private deliver(channel: string, text: string): void {
    const payload = parse(text);
    if (payload === undefined) return;
    for (const { handler } of [...(this.subscriptions.get(channel) ?? [])]) this.guarded(() => handler(payload));
  }

  private forEachSubscription(call: (subscription: Subscription) => void): void {
    const all = [...this.subscriptions.values()].flatMap((subscriptions) => [...subscriptions]);
    for (const subscription of all) this.guarded(() => call(subscription));
  }

  /** One handler's fault is not another's. */
  private guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.log.error(`A handler of notifications failed: ${redactSecrets(String(error))}`);
    }
  }

  private address(): pg.ClientConfig {
    const { options } = this.dataSource;
    if (options.type !== 'postgres') throw new TypeError('Notifications need PostgreSQL');
    return { connectionString: options.url, connectionTimeoutMillis: 10_000 };
  }
}

function listenTo(channel: string): string {
  return `LISTEN ${pg.escapeIdentifier(channel)}`;
}

function parse(text: string): NotificationPayload | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
