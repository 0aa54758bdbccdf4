import type { Stats } from 'node:fs';
import { untilAborted } from '../../concurrency/index.js';

/** Files that are remembered; the one that was asked for longest ago goes first. */
const CAPACITY = 100_000;

/**
 * Remembers which files were found to have their digest, by inode, size and modification time (nanoseconds do not
 * matter: stored files are never written again).
 */
export class VerifiedFiles {
  readonly #good = new Map<string, string>();
  readonly #running = new Map<string, Promise<boolean>>();

  /**
   * Whether the file's digest is its key. Reads it only when it was not found good in its present form. Several askers
   * share one reading; `signal` lets one of them go without disturbing the others.
   */
  async verify(
    key: string,
    stats: () => Promise<Stats | undefined>,
    hash: () => Promise<string | undefined>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const present = await stats();
    if (present === undefined) return false;
    if (this.#good.get(key) === fingerprint(present)) {
      this.remember(key, present);
      return true;
    }
    const running = this.#running.get(key) ?? this.#start(key, present, hash);
    return untilAborted(running, signal);
  }

  /** Records that the file in this form has its digest. */
  remember(key: string, stats: Stats): void {
    this.#good.delete(key);
    this.#good.set(key, fingerprint(stats));
    if (this.#good.size <= CAPACITY) return;
    for (const oldest of this.#good.keys()) {
      this.#good.delete(oldest);
      return;
    }
  }

  /** A file that was good before its time was renewed by us is good after it. */
  renew(key: string, before: Stats, after: Stats): void {
    if (this.#good.get(key) !== fingerprint(before)) return;
    if (before.ino === after.ino && before.size === after.size) this.remember(key, after);
  }

  forget(key: string): void {
    this.#good.delete(key);
  }

  #start(key: string, present: Stats, hash: () => Promise<string | undefined>): Promise<boolean> {
    const run = async (): Promise<boolean> => {
      try {
        const good = (await hash()) === key;
        if (good) this.remember(key, present);
        else this.forget(key);
        return good;
      } finally {
        this.#running.delete(key);
      }
    };
    const running = run();
    // Nobody may be left to hear of its failure.
    running.catch(() => undefined);
    this.#running.set(key, running);
    return running;
  }
}

function fingerprint(stats: Stats): string {
  return `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
