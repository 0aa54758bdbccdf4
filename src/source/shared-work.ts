import { createHash } from 'node:crypto';
import { SingleFlight } from '../concurrency/index.js';

export interface SharedWorkOptions {
  signal: AbortSignal;
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
}

/** A key for equal work that keeps no credentials. */
export function workKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Equal work of this process is done once: whoever comes while it is under way shares its result and its log lines. */
export class SharedWork<T> {
  private readonly flights = new SingleFlight<T>();
  private readonly callers = new Map<string, Set<SharedWorkOptions>>();

  /** A caller may leave by its signal; the work is cancelled when the last one has left. */
  async run(key: string, options: SharedWorkOptions, work: (shared: SharedWorkOptions) => Promise<T>): Promise<T> {
    const callers = this.callers.get(key) ?? new Set();
    this.callers.set(key, callers.add(options));
    const log: SharedWorkOptions['log'] = (level, message) => {
      for (const caller of callers) caller.log(level, message);
    };
    try {
      return await this.flights.run(key, options.signal, (signal) => work({ signal, log }));
    } finally {
      callers.delete(options);
      if (callers.size === 0 && this.callers.get(key) === callers) this.callers.delete(key);
    }
  }
}
