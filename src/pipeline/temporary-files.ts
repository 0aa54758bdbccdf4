import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { type Claim, RequestWork } from '../requests/index.js';
import { ArchiveStore, BundleStore } from '../store/index.js';

/** Directories of one attempt at a request. */
export interface Scratch {
  /** A new, empty one. */
  directory(): Promise<string>;
  remove(): Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;

/** Temporary files of requests that are being worked on, and of stores: what dead processes left is removed. */
@Injectable()
export class TemporaryFiles {
  private readonly directory: string;

  constructor(
    configuration: Configuration,
    private readonly work: RequestWork,
    private readonly archiveStore: ArchiveStore,
    private readonly bundleStore: BundleStore,
  ) {
    this.directory = configuration.directories.temporary;
  }

  /** Directories for one attempt at a request, made when they are wanted and removed together. */
  scratch({ id, attempt }: Claim): Scratch {
    const root = join(this.directory, `request-${id}-${attempt}`);
    return {
      directory: async () => {
        await mkdir(root, { recursive: true });
        return mkdtemp(join(root, 'scratch-'));
      },
      remove: () => rm(root, { recursive: true, force: true }),
    };
  }

  /** Returns how many entries were removed. */
  async removeLeftovers(): Promise<number> {
    const yesterday = new Date(Date.now() - DAY);
    let removed = await this.removeScratch();
    for (const store of [this.archiveStore, this.bundleStore]) removed += await store.removeAbandoned(yesterday);
    return removed;
  }

  /**
   * Removes the directories of attempts that have ended: another one has begun since, or the request is done. (Whoever
   * still writes there has lost his claim.) Whatever else lies there goes when it has not been touched for a day.
   * Returns how many.
   */
  async removeScratch(): Promise<number> {
    await mkdir(this.directory, { recursive: true });
    // Read before the rows: what comes later belongs to an attempt that begins now.
    const found = await readdir(this.directory);
    if (found.length === 0) return 0;
    const attempts = await this.work.currentAttempts(found.flatMap((name) => attemptOf(name)?.id ?? []));
    let removed = 0;
    for (const name of found) {
      const path = join(this.directory, name);
      const attempt = attemptOf(name);
      const ended = attempt === undefined ? await isOld(path) : attempts.get(attempt.id) !== attempt.attempt;
      if (!ended) continue;
      await rm(path, { recursive: true, force: true });
      removed++;
    }
    return removed;
  }
}

/** Whose directory it is, by its name. Undefined when it is none of ours. */
function attemptOf(name: string): Pick<Claim, 'id' | 'attempt'> | undefined {
  const [, id, attempt] = /^request-(\d{1,9})-(\d{1,9})$/.exec(name) ?? [];
  return id === undefined ? undefined : { id: Number(id), attempt: Number(attempt) };
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - DAY;
}
