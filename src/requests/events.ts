import type { RequestStateName } from './request-state.js';

/**
 * Emitted (in the process that made the change, after its commit) whenever a request changes or confirms its state.
 * The rooms above act on it: bundles, registries, logs, cancellation. Handlers must not throw and may run twice.
 */
export const REQUEST_STATE_CHANGED = 'request.state-changed';
export interface RequestStateChanged {
  id: number;
  /** Undefined for a new request. */
  from: RequestStateName | undefined;
  to: RequestStateName;
  reason: string;
}
