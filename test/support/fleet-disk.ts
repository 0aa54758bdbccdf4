import { mkdir, open, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const MEBIBYTE = Buffer.alloc(2 ** 20, 1);

/** A small disk of its own (a tmpfs), which a test may fill. */
export class FleetDisk {
  private constructor(readonly directory: string) {}

  /** Mounts it at a directory, which is made if need be. */
  static async mount(directory: string, mebibytes: number): Promise<FleetDisk> {
    await mkdir(directory, { recursive: true });
    await execa('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', directory]);
    return new FleetDisk(directory);
  }

  /** Takes all the space that is left; again, what was given back since. */
  async fill(): Promise<void> {
    const file = await open(this.filler, 'a');
    try {
      for (;;) await file.write(MEBIBYTE);
    } catch (error) {
      // (Under jest, errors of the file system are no `Error` of this realm.)
      if (!String(error).includes('ENOSPC')) throw error;
    } finally {
      await file.close();
    }
  }

  /** Gives it back. */
  async free(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  async unmount(): Promise<void> {
    await execa('umount', ['--lazy', this.directory]);
  }

  private get filler(): string {
    return join(this.directory, 'filler');
  }
}

/** Why no disk can be mounted here; undefined when it can. */
export function cannotMount(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'this user may not mount a file system';
  } finally {
    rmdirSync(directory);
  }
}
