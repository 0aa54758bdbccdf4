import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JobLog } from '../../../package-manager.js';
import { findInstalledGo } from '../../toolchain/installed-go.js';
import { GoCommand, type GoCommandOptions, type GoToolchain } from '../go-command.js';

/** A directory with the files of a source and all that a go command needs; to be removed. */
export class GoFixture {
  readonly logged: string[] = [];

  private constructor(readonly root: string) {}

  static async create(files: Record<string, string>): Promise<GoFixture> {
    const fixture = new GoFixture(await realpath(await mkdtemp(join(tmpdir(), 'go-fixture-'))));
    for (const [path, text] of Object.entries(files)) await fixture.write(join('source', path), text);
    return fixture;
  }

  get source(): string {
    return join(this.root, 'source');
  }

  get scratch(): string {
    return join(this.root, 'scratch');
  }

  /** The real go of this host. */
  async installed(): Promise<GoToolchain> {
    const found = await findInstalledGo(process.env.PATH ?? '', join(this.root, 'probe'), new AbortController().signal);
    if (found === undefined) throw new Error('There is no go on PATH');
    return found;
  }

  /** A shell script in the place of go. */
  async script(text: string): Promise<GoToolchain> {
    const binary = await this.write('goroot/bin/go', `#!/bin/sh\nPATH=/usr/bin:/bin\n${text}\n`);
    await chmod(binary, 0o755);
    return { version: '1.99.0', goroot: join(this.root, 'goroot'), binary };
  }

  command(toolchain: GoToolchain, options: Partial<GoCommandOptions> = {}): GoCommand {
    return new GoCommand({
      toolchain,
      repository: this.source,
      scratch: this.scratch,
      goModCache: join(this.scratch, 'mod'),
      // The port of "discard", where nothing listens.
      proxy: 'http://127.0.0.1:9/',
      privateModules: [],
      cgo: true,
      timeout: 30_000,
      maxMemory: 2 ** 32,
      signal: new AbortController().signal,
      log: this.log,
      ...options,
    });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private async write(path: string, text: string): Promise<string> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  private get log(): JobLog {
    const log = (message: string): void => void this.logged.push(message);
    return { debug: log, info: log, warn: log, error: log };
  }
}
