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

  /** Removes everything while nobody works on any request, else what has not been touched for a day. */
  private async removeScratch(): Promise<number> {
    await mkdir(this.directory, { recursive: true });
    // Read before the leases: whatever comes later belongs to somebody who is at work.
    const found = await readdir(this.directory);
    if (found.length === 0) return 0;
    const idle = !(await this.work.anyLive());
    let removed = 0;
    for (const name of found) {
      const path = join(this.directory, name);
      if (!idle && !(await isOld(path))) continue;
      await rm(path, { recursive: true, force: true });
      removed++;
    }
    return removed;
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - DAY;
}
