import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readLines } from '../../../archive/index.js';
import { InvalidRequestData } from '../../../errors/index.js';
import type { Remote } from '../../remote/remote.js';
import {
  type GitBlob,
  type GitCallOptions,
  GitClient,
  type GitCommit,
  type GitTreeEntry,
  refOf,
} from '../git-client.js';
import type { RemoteTag } from '../remote-tag.js';
import { readBatch } from './cat-file.js';
import { withCertificates } from './certificates.js';
import { localEnvironment, remoteEnvironment } from './environment.js';
import { localFailure, remoteFailure } from './failures.js';
import { writeGitDirectory } from './git-directory.js';
import { GitFailure, GitProcess, runGit } from './git-process.js';
import { parseRemoteTags } from './ls-remote.js';
import { parseTreeListing } from './ls-tree.js';

export interface CommandGitClientOptions {
  /** Milliseconds that one command may take. */
  timeout: number;
  /** Home directory of the service: ssh keys and known hosts lie there. */
  home: string;
}

/** Newest commits that a fetch offers as known; more cost time and save nothing. */
const OFFERED_COMMITS = 16;
/** Every fetch adds a pack; from this many on they are put together. */
const MAX_PACKS = 50;
/** `rev-list` prints ids alone. Bytes. */
const MAX_ID_LINE = 100;
/** A folder that is not there. */
const NO_REPOSITORY = '/nonexistent';

/** The `git` command, version 2.37 or newer (before, `http.curloptResolve` is ignored silently). */
export class CommandGitClient extends GitClient {
  readonly name = 'git command';
  readonly transports = new Set(['http', 'https', 'ssh'] as const);

  constructor(private readonly options: CommandGitClientOptions) {
    super();
  }

  async initialize(directory: string, { signal }: GitCallOptions): Promise<void> {
    if (existsSync(join(directory, 'HEAD'))) return;
    await mkdir(directory, { recursive: true });
    await this.local(directory, ['init', '-q', '--bare', '--template=', '--object-format=sha1', '.'], signal);
  }

  async fetch(directory: string, remote: Remote, commit: string, { signal }: GitCallOptions): Promise<void> {
    await this.fetchCommit(directory, remote, commit, { single: ['--depth=1'], all: [] }, signal).catch(
      (failure: unknown) => {
        throw remoteFailure(failure, remote, commit, directory);
      },
    );
    await this.repack(directory, ['--geometric=2'], signal);
  }

  async fetchHistory(directory: string, remote: Remote, commit: string, { signal }: GitCallOptions): Promise<void> {
    const fetch = (filter: '--filter=tree:0' | '--no-filter'): Promise<void> => {
      // Of a repository that is shallow itself, what it has.
      const options = [filter, '--update-shallow'];
      return this.fetchCommit(directory, remote, commit, { single: options, all: options }, signal);
    };
    // A server that knows no filters sends everything; one that refuses this filter is asked for that.
    await fetch('--filter=tree:0')
      .catch((failure: unknown) => (refusesFilter(failure) ? fetch('--no-filter') : Promise.reject(failure)))
      .catch((failure: unknown) => {
        throw remoteFailure(failure, remote, commit, directory);
      });
    // Packs of filtered fetches are kept apart from others, which only a repacking of all does.
    await this.repack(directory, ['-a'], signal);
  }

  async ancestorsAmong(
    directory: string,
    commit: string,
    ids: ReadonlySet<string>,
    { signal }: GitCallOptions,
  ): Promise<Set<string>> {
    const git = this.start(directory, ['rev-list', commit], signal);
    git.stdin.end();
    return git.result(namedIn(git.stdout, ids)).catch((failure: unknown) => {
      throw localFailure(failure);
    });
  }

  async listVersionTags(remote: Remote, { signal }: GitCallOptions): Promise<RemoteTag[]> {
    return withCertificates(remote.ca, async (caFile) => {
      // No repository is needed, and none that may lie about is to be found.
      const environment = { ...remoteEnvironment(remote, this.options.home, caFile), GIT_DIR: NO_REPOSITORY };
      const args = ['ls-remote', '-q', '--tags', '--end-of-options', remote.url];
      const git = new GitProcess('/', args, { signal, timeout: this.options.timeout, environment, input: '' });
      return git.result(parseRemoteTags(git.stdout)).catch((failure: unknown) => {
        throw remoteFailure(failure, remote, '', NO_REPOSITORY);
      });
    });
  }

  async commit(directory: string, id: string, { signal }: GitCallOptions): Promise<GitCommit | undefined> {
    const name = `${refOf(id)}^{commit}`;
    const found = await this.local(
      directory,
      ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
      signal,
      `${name}\n`,
    );
    const [commit = '', type] = found.split(' ');
    if (type !== 'commit') return undefined;
    const text = await this.local(directory, ['cat-file', 'commit', commit], signal);
    return { id: commit, time: Number(/^committer .*> (-?\d+)/m.exec(text)?.[1] ?? 0) };
  }

  async *listTree(directory: string, commit: string, { signal }: GitCallOptions): AsyncIterable<GitTreeEntry> {
    const git = this.start(directory, ['ls-tree', '-r', '-t', '-z', '--full-tree', commit], signal);
    git.stdin.end();
    try {
      yield* parseTreeListing(git.stdout);
      await git.end();
    } catch (failure) {
      throw localFailure(failure);
    } finally {
      await git.stop();
    }
  }

  async *readBlobs<Entry extends { id: string }>(
    directory: string,
    entries: AsyncIterable<Entry>,
    { signal }: GitCallOptions,
  ): AsyncIterable<GitBlob<Entry>> {
    const git = this.start(directory, ['cat-file', '--batch'], signal);
    try {
      yield* readBatch(git, entries);
    } catch (failure) {
      // A killed git ends its output early: say why.
      signal.throwIfAborted();
      throw localFailure(failure);
    }
  }

  async writeGitDirectory(
    target: string,
    directory: string,
    remote: Remote,
    commit: GitCommit,
    { signal, origin }: GitCallOptions & { origin: string },
  ): Promise<void> {
    await writeGitDirectory(target, directory, commit.id, origin, {
      local: (where, args, input) => this.local(where, args, signal, input),
      fetch: (where, options, refspecs) =>
        this.remote(where, remote, options, refspecs, signal).catch((failure: unknown) => {
          throw remoteFailure(failure, remote, commit.id, where);
        }),
    });
  }

  async close(): Promise<void> {
    // Its processes end with the calls that started them.
  }

  /** `options`: for a fetch of that commit alone, and for one of everything. */
  private async fetchCommit(
    directory: string,
    remote: Remote,
    commit: string,
    options: { single: readonly string[]; all: readonly string[] },
    signal: AbortSignal,
  ): Promise<void> {
    const known = await this.local(
      directory,
      ['for-each-ref', `--count=${OFFERED_COMMITS}`, '--sort=-committerdate', '--format=%(refname)', 'refs/cachito'],
      signal,
    );
    const offered = known === '' ? [] : known.split('\n').map((ref) => `--negotiation-tip=${ref}`);
    try {
      await this.remote(directory, remote, [...options.single, ...offered], [`+${commit}:${refOf(commit)}`], signal);
    } catch (failure) {
      if (!isUnadvertised(failure)) throw failure;
      await this.fetchEverything(directory, remote, commit, options.all, signal);
    }
  }

  /** For servers that give away only what a branch or tag reaches: those, and the commit must be among them. */
  private async fetchEverything(
    directory: string,
    remote: Remote,
    commit: string,
    options: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const refspecs = ['+refs/heads/*:refs/cachito-heads/*', '+refs/tags/*:refs/cachito-tags/*'];
    await this.remote(directory, remote, ['--force', ...options], refspecs, signal);
    const found = await this.local(directory, ['cat-file', '--batch-check=%(objecttype)'], signal, `${commit}\n`);
    if (!/^(commit|tag)$/.test(found)) {
      throw new InvalidRequestData(`There is no commit ${commit} on the branches and tags of ${remote.url}.`);
    }
    await this.local(directory, ['update-ref', refOf(commit), commit], signal);
  }

  private async repack(directory: string, options: readonly string[], signal: AbortSignal): Promise<void> {
    const packs = (await readdir(join(directory, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
    if (packs.length > MAX_PACKS)
      await this.local(directory, ['repack', '-q', '-d', ...options, '--no-write-bitmap-index'], signal);
  }

  private async remote(
    directory: string,
    remote: Remote,
    options: readonly string[],
    refspecs: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const args = [
      'fetch',
      '-q',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      ...options,
    ];
    await withCertificates(remote.ca, (caFile) =>
      runGit(directory, [...args, '--end-of-options', remote.url, ...refspecs], {
        signal,
        timeout: this.options.timeout,
        environment: remoteEnvironment(remote, this.options.home, caFile),
        input: '',
      }),
    );
  }

  private async local(directory: string, args: readonly string[], signal: AbortSignal, input = ''): Promise<string> {
    try {
      return await runGit(directory, args, {
        signal,
        timeout: this.options.timeout,
        environment: localEnvironment(),
        input,
      });
    } catch (failure) {
      throw localFailure(failure);
    }
  }

  private start(directory: string, args: readonly string[], signal: AbortSignal): GitProcess {
    return new GitProcess(directory, args, { signal, timeout: this.options.timeout, environment: localEnvironment() });
  }
}

/** Those of the ids that stand on a line of the output. */
async function namedIn(output: AsyncIterable<Uint8Array>, ids: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const line of readLines(output, MAX_ID_LINE)) {
    const id = line.toString('latin1');
    if (ids.has(id)) found.add(id);
  }
  return found;
}

function refusesFilter(failure: unknown): boolean {
  return failure instanceof GitFailure && /filter '[^']*' not supported/.test(failure.stderr);
}

function isUnadvertised(failure: unknown): boolean {
  return failure instanceof GitFailure && /unadvertised object/.test(failure.stderr);
}
