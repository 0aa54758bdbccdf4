import type { QueueOptions } from 'bull';
import { Redis, type RedisOptions } from 'ioredis';
import { inTime, NoAnswer } from './patience.js';

/** How long Redis may leave a question unanswered, milliseconds. */
const SILENCE = 5_000;

/**
 * The connections of one queue: Bull asks for three. When the host of Redis vanishes without a word, it would take the
 * operating system a quarter of an hour to notice; here they are opened anew when the first gives no answer.
 */
export class RedisConnections {
  private readonly clients: Connection[] = [];
  private readonly timer: NodeJS.Timeout;
  private asking = false;

  constructor(private readonly silence = SILENCE) {
    this.timer = setInterval(() => void this.check(), silence).unref();
  }

  readonly open: NonNullable<QueueOptions['createClient']> = (_type, options = {}) => {
    const client = new Connection(options);
    this.clients.push(client);
    return client;
  };

  /** For good; what still waits for an answer fails. */
  close(): void {
    clearInterval(this.timer);
    for (const client of this.clients) client.close();
  }

  private async check(): Promise<void> {
    const [first] = this.clients;
    if (this.asking || first === undefined || !['connect', 'ready'].includes(first.status)) return;
    this.asking = true;
    try {
      await inTime(first.ping(), this.silence);
    } catch (error) {
      if (error instanceof NoAnswer) for (const client of this.clients) client.disconnect(true);
    } finally {
      this.asking = false;
    }
  }
}

class Connection extends Redis {
  private closed = false;

  constructor(options: RedisOptions) {
    super(options);
    // Bull gives a name. A connection that ends while it tells its name to Redis would take itself for ready.
    Object.defineProperty(this.options, 'connectionName', { get: () => undefined, set: () => undefined });
  }

  /** Goes on trying without being asked. Bull connects anew when it stops, and does not always listen for a failure. */
  override async connect(): Promise<void> {
    if (!this.closed) await super.connect().catch(() => undefined);
  }

  close(): void {
    // What waits for an answer fails when a connection ends. Between two attempts to connect there is none to end.
    if (this.status === 'reconnecting') void this.connect();
    this.closed = true;
    this.disconnect();
  }
}
