import { untilAborted } from '../concurrency/index.js';

/** Blobs that are remembered; the one that was asked for longest ago goes first. */
const CAPACITY = 100_000;

/**
 * Remembers which blobs were found to have their digest, and in which form: a text that changes when the stored bytes
 * do, such as inode, size and modification time.
 */
export class VerifiedBlobs {
  readonly #good = new Map<string, string>();
  readonly #running = new Map<string, Promise<boolean>>();

  /**
   * Whether the blob's digest is its key. Reads it only when it was not found good in its present form. Several askers
   * share one reading; `signal` lets one of them go without disturbing the others.
   */
  async verify(
    key: string,
    form: () => Promise<string | undefined>,
    hash: () => Promise<string | undefined>,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const present = await form();
    if (present === undefined) return false;
    if (this.#good.get(key) === present) {
      this.remember(key, present);
      return true;
    }
    const running = this.#running.get(key) ?? this.#start(key, present, hash);
    return untilAborted(running, signal);
  }

  /** Records that the blob in this form has its digest. */
  remember(key: string, form: string): void {
    this.#good.delete(key);
    this.#good.set(key, form);
    if (this.#good.size <= CAPACITY) return;
    for (const oldest of this.#good.keys()) {
      this.#good.delete(oldest);
      return;
    }
  }

  /** What was good before its time was renewed by us is good after it. */
  renew(key: string, before: string, after: string): void {
    if (this.#good.get(key) === before) this.remember(key, after);
  }

  forget(key: string): void {
    this.#good.delete(key);
  }

  #start(key: string, present: string, hash: () => Promise<string | undefined>): Promise<boolean> {
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
