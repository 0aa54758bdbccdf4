import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Retries } from '../../download/index.js';
import { InvalidRequestData, SubprocessCallError, UnsupportedFeature } from '../../errors/index.js';
import { DamagedRepositoryError, type GitClient, type GitCommit } from '../git/git-client.js';
import type { Remote } from '../remote/remote.js';
import type { Remotes } from '../remote/remotes.js';
import type { Repository } from '../repository.js';
import { withHostLock } from './host-lock.js';

/** A commit that lies in a mirror. */
export interface MirroredCommit {
  /** The bare repository. */
  directory: string;
  commit: GitCommit;
}

export interface MirrorOptions {
  signal: AbortSignal;
  /** What of the commit must be there: its files (the default), or the commits that it descends from. */
  content?: 'files' | 'history';
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
}

const DISCARDED = '.discarded-';

/**
 * One bare repository per address on this host, and another one for histories: a cache, so the next commit of a repository is a small fetch. Writers
 * take turns, across processes too; readers need no lock, because objects are never removed (git itself copes with
 * packs that are put together under its hands). One that is found broken is moved away whole and made again.
 */
export class Mirrors {
  constructor(
    private readonly root: string,
    private readonly client: GitClient,
    private readonly remotes: Remotes,
    private readonly retries: Retries,
  ) {}

  /**
   * Runs `work` on a mirror that holds the commit, fetching it first if need be. Should the mirror turn out to be
   * broken, both are done once more with a new one. Errors as `GitClient.fetch`, without `TransientFailure`.
   */
  async use<T>(
    repository: Repository,
    ref: string,
    options: MirrorOptions,
    work: (mirrored: MirroredCommit) => Promise<T>,
  ): Promise<T> {
    this.checkTransport(repository);
    try {
      return await work(await this.fetched(repository, ref, options));
    } catch (error) {
      if (!(error instanceof DamagedRepositoryError)) throw error;
      options.signal.throwIfAborted();
      options.log('warn', 'The local mirror of the repository is damaged; it is thrown away and fetched again.');
      await this.discard(repository, options.signal, options.content);
    }
    try {
      return await work(await this.fetched(repository, ref, options));
    } catch (error) {
      throw error instanceof DamagedRepositoryError ? unreadable(repository) : error;
    }
  }

  /** Throws the mirror of a repository away; the next use makes a new one. */
  async discard(repository: Repository, signal: AbortSignal, content?: MirrorOptions['content']): Promise<void> {
    const directory = this.directory(repository, content);
    await this.locked(directory, signal, () => discard(directory));
  }

  /** Runs `work` with the remote of a repository, again after failures that may pass. */
  async retrying<T>(repository: Repository, signal: AbortSignal, work: (remote: Remote) => Promise<T>): Promise<T> {
    this.checkTransport(repository);
    const { host } = this.remotes.target(repository);
    return this.retries.run(host, signal, async () => work(await this.remotes.locate(repository, signal)));
  }

  /** Removes what crashed processes left behind; called at start. */
  async removeDiscarded(): Promise<void> {
    const names = await readdir(this.root).catch(() => []);
    for (const name of names.filter((candidate) => candidate.includes(DISCARDED))) {
      await rm(join(this.root, name), { recursive: true, force: true });
    }
  }

  private checkTransport(repository: Repository): void {
    const { transport } = this.remotes.target(repository);
    if (this.client.transports.has(transport)) return;
    throw new UnsupportedFeature(
      `Repositories over ${transport} need the git command. Tell the administrators to install ` +
        'git 2.37 or newer on the service.',
    );
  }

  private async fetched(repository: Repository, ref: string, options: MirrorOptions): Promise<MirroredCommit> {
    const directory = this.directory(repository, options.content);
    await mkdir(this.root, { recursive: true });
    return this.locked(directory, options.signal, async () => {
      const marker = `${directory}.fetching`;
      // Only a process that died leaves it; its git may even be running still, on a folder that moves away.
      if (existsSync(marker)) await discard(directory);
      await this.client.initialize(directory, options);
      const known = await this.client.commit(directory, ref, options);
      if (known !== undefined) return { directory, commit: known };
      const what = options.content === 'history' ? 'the history of commit' : 'commit';
      options.log('info', `Fetching ${what} ${ref} of ${repository.address}.`);
      await this.fetch(repository, directory, marker, ref, options);
      const commit = await this.client.commit(directory, ref, options);
      if (commit === undefined) throw new InvalidRequestData(`${ref} is not a commit of ${repository.address}.`);
      return { directory, commit };
    });
  }

  private async fetch(
    repository: Repository,
    directory: string,
    marker: string,
    ref: string,
    options: MirrorOptions,
  ): Promise<void> {
    const { signal } = options;
    let killed = true;
    await writeFile(marker, '');
    try {
      await this.retrying(repository, signal, (remote) =>
        options.content === 'history'
          ? this.client.fetchHistory(directory, remote, ref, options)
          : this.client.fetch(directory, remote, ref, options),
      );
      killed = false;
    } catch (error) {
      killed = signal.aborted || error instanceof SubprocessCallError;
      throw error;
    } finally {
      if (!killed) {
        await removeUnfinished(directory);
        await rm(marker, { force: true });
      }
    }
  }

  private locked<T>(directory: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return withHostLock(`${directory}.lock`, signal, work);
  }

  private directory({ address }: Repository, content: MirrorOptions['content']): string {
    const name = createHash('sha256').update(address).digest('hex');
    return join(this.root, content === 'history' ? `${name}.history` : name);
  }
}

/**
 * By a rename first: whoever still reads or writes it does no harm, and a crash in the middle leaves no half mirror.
 */
async function discard(directory: string): Promise<void> {
  const aside = `${directory}${DISCARDED}${randomUUID()}`;
  await rename(directory, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(`${directory}.fetching`, { force: true });
  await rm(aside, { recursive: true, force: true });
}

/** What git was receiving when the server broke off or the disk was full stays behind: only its `gc` would remove it. */
async function removeUnfinished(directory: string): Promise<void> {
  const objects = join(directory, 'objects');
  const names = await readdir(objects, { recursive: true }).catch(() => []);
  for (const name of names.filter((each) => basename(each).startsWith('tmp_'))) {
    await rm(join(objects, name), { force: true });
  }
}

function unreadable({ address }: Repository): SubprocessCallError {
  return new SubprocessCallError(
    `git cannot read what it fetched from ${address}: the server sends incomplete or broken objects.`,
  );
}
