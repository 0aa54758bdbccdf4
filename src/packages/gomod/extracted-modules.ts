import { readFileSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../dependencies/index.js';
import { escapeModulePath, escapeVersion } from './modules/module-path.js';

const DAY = 24 * 60 * 60 * 1000;

/** How long an unpacked module stays that nobody uses. */
const MAX_AGE = 7 * DAY;
/** How often a process looks for those. */
const SWEEP_INTERVAL = DAY / 24;

let lastSweep = 0;

/** A module of which `go` has the zip. */
export interface ExtractedModule {
  path: string;
  version: string;
  artifact: Artifact;
}

/**
 * Unpacked modules of this host, shared by requests: unpacking takes most of the time of `go`. Each lies in a directory
 * called like the digest of its content, so whoever has the same zip has the same files. A cache: any of them may be
 * deleted while no request runs. `go` never writes into an unpacked module. Nothing is synced to the disk, so what an
 * earlier run of the system has left is not used: a loss of power may have cut it off.
 */
export class ExtractedModules {
  /** Of this run of the system. */
  private readonly directory: string;

  constructor(private readonly base: string) {
    this.directory = join(base, bootId());
  }

  /**
   * Puts an unpacked module, if there is one, where `go` is about to unpack its zip: having fetched a zip, `go` looks once
   * more whether somebody else has unpacked it meanwhile (cmd/go/internal/modfetch, `download`).
   */
  async link(module: ExtractedModule, moduleCache: string): Promise<void> {
    const shared = this.sharedDirectory(module);
    if (shared === undefined || !(await renew(shared))) return;
    const place = placeIn(moduleCache, module);
    await mkdir(dirname(place), { recursive: true });
    // Already linked, or unpacked by another command.
    await symlink(shared, place).catch(() => undefined);
  }

  /** Takes over what `go` has unpacked. Call it when all commands on the module cache have ended well. */
  async adopt(modules: readonly ExtractedModule[], moduleCache: string): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    for (const module of modules) {
      const shared = this.sharedDirectory(module);
      const place = placeIn(moduleCache, module);
      const found = await lstat(place).catch(() => undefined);
      if (shared === undefined || found === undefined || !found.isDirectory()) continue;
      // Another request may have been faster; one on another disk keeps its own.
      await rename(place, shared).catch(() => undefined);
    }
    await this.sweep();
  }

  /** Removes what nobody has used for a week, once an hour at most. */
  async sweep(now = Date.now()): Promise<void> {
    if (now - lastSweep < SWEEP_INTERVAL) return;
    lastSweep = now;
    for (const directory of [this.directory, this.base]) {
      for (const name of await readdir(directory)) {
        const path = join(directory, name);
        const found = await stat(path).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < now - MAX_AGE) await rm(path, { recursive: true, force: true });
      }
    }
  }

  private sharedDirectory({ artifact }: ExtractedModule): string | undefined {
    const { h1 } = artifact.digests;
    return h1 === undefined ? undefined : join(this.directory, h1);
  }
}

/** Another one after each start of the system, where that can be told (Linux). */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot';
  }
}

/** Where `go` has a module unpacked. */
function placeIn(moduleCache: string, { path, version }: ExtractedModule): string {
  return join(moduleCache, `${escapeModulePath(path)}@${escapeVersion(version)}`);
}

/** Whether it is there; if so, it was used just now. */
async function renew(directory: string): Promise<boolean> {
  const now = new Date();
  return utimes(directory, now, now).then(
    () => true,
    () => false,
  );
}
