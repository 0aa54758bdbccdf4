import type { QueueOptions } from 'bull';
import { Redis } from 'ioredis';
import { inTime, NoAnswer } from './patience.js';

/** How long Redis may leave a question unanswered, milliseconds. */
const SILENCE = 5_000;

/**
 * The connections of one queue: Bull asks for three. When the host of Redis vanishes without a word, it would take the
 * operating system a quarter of an hour to notice; here they are opened anew when the first gives no answer.
 */
export class RedisConnections {
  private readonly clients: Redis[] = [];
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

  /** After the queue: Bull leaves these open. */
  close(): void {
    clearInterval(this.timer);
    for (const client of this.clients) client.disconnect();
  }

  private async check(): Promise<void> {
    const [first] = this.clients;
    if (this.asking || first?.status !== 'ready') return;
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
  /** Goes on trying without being asked. Bull connects anew when it stops, and does not always listen for a failure. */
  override async connect(): Promise<void> {
    await super.connect().catch(() => undefined);
  }
}
