import type { EntityManager } from 'typeorm';
import { type ErrorOrigin, ValidationError } from '../../errors/index.js';
import type { RequestStateName } from '../request-state.js';

/** Facts about a request that come with a change of its state, or alone. */
export interface RequestFacts {
  /** Written only when the state is (or becomes) `failed`; replaces an earlier record. */
  error?: { origin: ErrorOrigin; errorType: string };
  packagesCount?: number;
  dependenciesCount?: number;
  /** Added to those of the request; a variable of the same name is replaced. */
  environmentVariables?: Record<string, { value: string; kind: 'path' | 'literal' }>;
}

/** A change of the state of a request. */
export interface StateChange extends RequestFacts {
  state: RequestStateName;
  /** Shown to clients: no secrets, no paths of this host. */
  reason: string;
}

export interface StateChangeOptions {
  /** Only while the request is in progress and this is its attempt; else `ClaimLost`. */
  attempt?: number;
  /** Runs in the same transaction, with the request's row locked; when it throws, nothing changes. */
  within?: (manager: EntityManager) => Promise<void>;
}

/** What became of a change. */
export interface StateChanged {
  from: RequestStateName;
  to: RequestStateName;
  /** The request had this state and reason already: no new row in its history. */
  repeated: boolean;
}

/** There is no such request. */
export class RequestNotFound extends Error {
  constructor(readonly id: number) {
    super(`There is no request ${id}`);
    this.name = 'RequestNotFound';
  }
}

/** The worker no longer holds the request: it was cancelled, or taken over by another worker. */
export class ClaimLost extends Error {
  constructor(readonly id: number) {
    super(`The claim on request ${id} was lost`);
    this.name = 'ClaimLost';
  }
}

/** Where one may go from a state. Repeating the present state and reason is always allowed. */
const TRANSITIONS: Record<RequestStateName, readonly RequestStateName[]> = {
  in_progress: ['in_progress', 'complete', 'failed', 'stale'],
  complete: ['stale'],
  failed: ['stale'],
  stale: [],
};

/** Throws `ValidationError` naming both states when the table above forbids the step. */
export function checkTransition(from: RequestStateName, to: RequestStateName): void {
  if (TRANSITIONS[from].includes(to)) return;
  const allowed = TRANSITIONS[from].join(', ') || 'no other state';
  throw new ValidationError(
    `State transition is not allowed from ${from} to ${to}; from ${from} one may go to ${allowed}`,
  );
}
