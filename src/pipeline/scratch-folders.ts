import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { type Claim, RequestWork } from '../requests/index.js';

/** Scratch folders of attempts, `<temporary>/<request>-<attempt>`: what a dead attempt left there is removed. */
@Injectable()
export class ScratchFolders {
  private readonly directory: string;

  constructor(
    configuration: Configuration,
    private readonly work: RequestWork,
  ) {
    this.directory = configuration.directories.temporary;
  }

  /** Makes the folder of an attempt and returns its path. */
  async create(claim: Claim): Promise<string> {
    const path = this.pathOf(claim);
    await mkdir(path, { recursive: true });
    return path;
  }

  async remove(claim: Claim): Promise<void> {
    await rm(this.pathOf(claim), { recursive: true, force: true });
  }

  /** Removes the folders of attempts that nobody works on any more. Returns how many. */
  async removeLeftovers(): Promise<number> {
    await mkdir(this.directory, { recursive: true });
    const found = (await readdir(this.directory)).flatMap((name) => {
      const match = /^(\d{1,9})-(\d{1,9})$/.exec(name);
      return match ? [{ name, id: Number(match[1]), attempt: Number(match[2]) }] : [];
    });
    const live = await this.work.live(found);
    const dead = found.filter((each) => !live.has(`${each.id}-${each.attempt}`));
    for (const { name } of dead) await rm(join(this.directory, name), { recursive: true, force: true });
    return dead.length;
  }

  private pathOf(claim: Claim): string {
    return join(this.directory, `${claim.id}-${claim.attempt}`);
  }
}
