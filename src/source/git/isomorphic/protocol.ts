import type { Remote } from '../../remote/remote.js';
import type { GitCommit, GitTreeEntry } from '../git-client.js';
import type { RemoteTag } from '../remote-tag.js';

/** What a worker is started with. */
export interface WorkerSettings {
  directory: string;
  allowedPrivateNetworks: readonly string[];
  /** Milliseconds. */
  timeout: number;
}

/** What the main thread asks of it, one call at a time. */
export interface WorkerCalls {
  initialize: { argument: undefined; result: undefined };
  fetch: { argument: { remote: Remote; commit: string }; result: undefined };
  commit: { argument: string; result: GitCommit | undefined };
  /** Starts a listing at its first call; an empty list ends it. */
  list: { argument: string; result: GitTreeEntry[] };
  tags: { argument: Remote; result: RemoteTag[] };
  blob: { argument: string; result: Uint8Array };
}

export type WorkerRequest = {
  [Name in keyof WorkerCalls]: { call: Name; argument: WorkerCalls[Name]['argument'] };
}[keyof WorkerCalls];

/** Errors lose their class on the way between threads, so it is named. */
export type WorkerFailure =
  | { kind: 'no-commit' }
  | { kind: 'too-large' }
  | { kind: 'damaged'; message: string }
  | { kind: 'refused'; message: string }
  | { kind: 'access'; message: string; transient: boolean; retryAfter?: number | undefined };

export type WorkerAnswer = { result: unknown } | { failure: WorkerFailure };

/** Carries a failure through isomorphic-git to the answer. */
export class WorkerError extends Error {
  constructor(readonly failure: WorkerFailure) {
    super(failure.kind);
  }
}
