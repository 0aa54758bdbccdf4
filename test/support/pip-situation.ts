import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { FileServer } from './file-server.js';
import { type FileSpec, type GitRepository, GitServer } from './git-server.js';
import { PipIndex } from './pip-index.js';
import { type RequestView, Service } from './service.js';

/** A repository with a Python project, and what is asked for. */
export interface PipSituation {
  files: Record<string, FileSpec>;
  /** `packages.pip` */
  packages?: Record<string, unknown>[];
}

/** What is expected to be reported. */
export interface PipOutcome {
  /** `path name version`; one at the root unless given. */
  packages?: string[];
  /** `name version`, those of build files with ` dev` behind, sorted. */
  dependencies: string[];
}

/** A project that says who it is in the plainest way. */
export const WHO: Record<string, string> = { 'setup.cfg': '[metadata]\nname = app\nversion = 1.0\n' };

/** That project with a `requirements.txt`. */
export function requiring(...lines: string[]): PipSituation {
  return { files: { ...WHO, 'requirements.txt': `${lines.join('\n')}\n` } };
}

/** A service that knows one package index only, on loopback. */
export class PipSituations {
  private constructor(
    readonly git: GitServer,
    readonly files: FileServer,
    readonly index: PipIndex,
    readonly service: Service,
    readonly scratch: string,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<PipSituations> {
    const scratch = await mkdtemp(join(tmpdir(), 'pip-situations-'));
    const [git, files, index] = await Promise.all([GitServer.start(), FileServer.start(), PipIndex.start()]);
    const upstreams = join(scratch, 'upstreams.yaml');
    await writeFile(upstreams, JSON.stringify({ pip: [{ url: index.url }] }));
    const service = await Service.start({ CACHITO_UPSTREAMS_FILE: upstreams, CACHITO_DOWNLOAD_TIMEOUT: '3', ...environment });
    return new PipSituations(git, files, index, service, scratch);
  }

  async stop(): Promise<void> {
    await this.service.close();
    await Promise.all([this.git.stop(), this.files.stop(), this.index.stop()]);
    await rm(this.scratch, { recursive: true, force: true });
  }

  async commit({ files }: PipSituation, repository?: GitRepository): Promise<{ repo: string; ref: string }> {
    const found = repository ?? (await this.git.createRepository(`team/app-${this.git.requests.length}-${Math.random()}.git`));
    return { repo: found.url, ref: await found.commit({ files }) };
  }

  /** Posts it; returns the final view. */
  async process(situation: PipSituation, committed?: { repo: string; ref: string }): Promise<RequestView> {
    const source = committed ?? (await this.commit(situation));
    const packages = situation.packages && { pip: situation.packages };
    return this.service.finish((await this.service.create({ ...source, pkg_managers: ['pip'], packages })).id);
  }

  /** It is complete and reports this. */
  async expectSuccess(situation: PipSituation, { packages = ['. app 1.0'], dependencies }: PipOutcome): Promise<RequestView> {
    const view = await this.process(situation);
    expect(view).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
    expect(reported(view)).toEqual({ packages, dependencies });
    return view;
  }

  /** It fails with an error that says what is wrong, and nothing but the source is stored. */
  async expectFailure(situation: PipSituation, type: string, reason: RegExp): Promise<RequestView> {
    const before = await this.blobs();
    const view = await this.process(situation);
    expect(view).toMatchObject({ state: 'failed', error_type: type, state_reason: expect.stringMatching(reason) });
    expect(view.state_reason).not.toContain(this.service.dataDirectory);
    expect((await this.blobs()).filter((name) => !before.includes(name)).length).toBeLessThanOrEqual(SOURCE_BLOBS);
    return view;
  }

  /** Names of all files in the store. */
  async blobs(): Promise<string[]> {
    const directory = join(this.service.dataDirectory, 'sources');
    // It is made for the first blob.
    if (!existsSync(directory)) return [];
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }
}

/** The segments and the index of a small source. */
const SOURCE_BLOBS = 4;

/** Packages and dependencies of a view in the form of `PipOutcome`. */
export function reported({ packages, dependencies }: RequestView): Required<PipOutcome> {
  const each = dependencies as { name: string; version: string; dev: boolean }[];
  return {
    packages: packages.map(({ path = '.', name, version }) => `${path} ${name} ${version}`).sort(),
    dependencies: each.map(({ name, version, dev }) => `${name} ${version}${dev ? ' dev' : ''}`).sort(),
  };
}
