import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransientFailure } from '../../../download/index.js';
import {
  InvalidRequestData,
  RepositoryAccessError,
  UnsupportedFeature,
  ValidationError,
} from '../../../errors/index.js';
import type { Remote } from '../../remote/remote.js';
import {
  DamagedRepositoryError,
  type GitBlob,
  type GitCallOptions,
  GitClient,
  type GitCommit,
  type GitTreeEntry,
} from '../git-client.js';
import type { RemoteTag } from '../remote-tag.js';
import { MAX_PACK_SIZE } from './http.js';
import { WorkerError, type WorkerFailure } from './protocol.js';
import { WorkerSession } from './worker-session.js';

export interface IsomorphicGitClientOptions {
  /** Milliseconds that one operation may take. */
  timeout: number;
  allowedPrivateNetworks: readonly string[];
}

const CHUNK = 256 * 1024;
const INSTALL_GIT = 'Tell the administrators to install git 2.37 or newer on the service.';

/**
 * isomorphic-git, for hosts without a git command: http(s) only, packs up to 100 MB, no `.git` directories. Each
 * operation runs in a thread of its own.
 */
export class IsomorphicGitClient extends GitClient {
  readonly name = 'isomorphic-git';
  readonly transports = new Set(['http', 'https'] as const);

  constructor(private readonly options: IsomorphicGitClientOptions) {
    super();
  }

  async initialize(directory: string, { signal }: GitCallOptions): Promise<void> {
    if (existsSync(join(directory, 'HEAD'))) return;
    await this.session(directory, signal, (worker) => worker.call('initialize', undefined));
  }

  async fetch(directory: string, remote: Remote, commit: string, { signal }: GitCallOptions): Promise<void> {
    try {
      await this.session(directory, signal, (worker) => worker.call('fetch', { remote, commit }));
    } catch (error) {
      throw error instanceof WorkerError ? explain(error.failure, remote.url, commit) : error;
    }
  }

  async fetchHistory(): Promise<never> {
    throw new UnsupportedFeature(`Reading the history of a repository needs the git command. ${INSTALL_GIT}`);
  }

  async ancestorsAmong(): Promise<never> {
    return this.fetchHistory();
  }

  async listVersionTags(remote: Remote, { signal }: GitCallOptions): Promise<RemoteTag[]> {
    try {
      return await this.session(tmpdir(), signal, (worker) => worker.call('tags', remote));
    } catch (error) {
      throw error instanceof WorkerError ? explain(error.failure, remote.url, '') : error;
    }
  }

  async commit(directory: string, id: string, { signal }: GitCallOptions): Promise<GitCommit | undefined> {
    return this.session(directory, signal, (worker) => worker.call('commit', id)).catch(damaged);
  }

  async *listTree(directory: string, commit: string, { signal }: GitCallOptions): AsyncIterable<GitTreeEntry> {
    const worker = this.open(directory, signal);
    try {
      for (;;) {
        const entries = await worker.call('list', commit).catch(damaged);
        if (entries.length === 0) return;
        yield* entries;
      }
    } finally {
      await worker.close();
    }
  }

  async *readBlobs<Entry extends { id: string }>(
    directory: string,
    entries: AsyncIterable<Entry>,
    { signal }: GitCallOptions,
  ): AsyncIterable<GitBlob<Entry>> {
    const worker = this.open(directory, signal);
    try {
      for await (const entry of entries) {
        const blob = await worker.call('blob', entry.id).catch(damaged);
        yield { entry, size: blob.length, content: inChunks(blob) };
      }
    } finally {
      await worker.close();
    }
  }

  async writeGitDirectory(): Promise<void> {
    throw new UnsupportedFeature(`The flag include-git-dir needs the git command. ${INSTALL_GIT}`);
  }

  async close(): Promise<void> {
    // Its threads end with the calls that started them.
  }

  private open(directory: string, signal: AbortSignal): WorkerSession {
    return new WorkerSession({ directory, ...this.options }, signal);
  }

  private async session<T>(
    directory: string,
    signal: AbortSignal,
    work: (worker: WorkerSession) => Promise<T>,
  ): Promise<T> {
    const worker = this.open(directory, signal);
    try {
      return await work(worker);
    } finally {
      await worker.close();
    }
  }
}

function explain(failure: WorkerFailure, url: string, commit: string): Error {
  switch (failure.kind) {
    case 'no-commit':
      return new InvalidRequestData(`There is no commit ${commit} in ${url}. Check that it was pushed.`);
    case 'too-large':
      return new UnsupportedFeature(
        `The repository ${url} is larger than the ${MAX_PACK_SIZE / 1024 / 1024} MB that can be fetched ` +
          `without the git command. ${INSTALL_GIT}`,
      );
    case 'refused':
      return new ValidationError(failure.message);
    case 'damaged':
      return new DamagedRepositoryError(failure.message);
    case 'access': {
      const error = new RepositoryAccessError(failure.message);
      return failure.transient ? new TransientFailure(error, failure.retryAfter) : error;
    }
  }
}

/** Whatever goes wrong with a local repository: it is a cache, and made again. */
function damaged(error: unknown): never {
  throw error instanceof WorkerError ? new DamagedRepositoryError(JSON.stringify(error.failure)) : error;
}

async function* inChunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}
