/** The states of a request, with the numbers that the database keeps. */
export const REQUEST_STATES = { in_progress: 1, complete: 2, failed: 3, stale: 4 } as const;
export type RequestStateName = keyof typeof REQUEST_STATES;

/** In the order of their numbers. */
export const REQUEST_STATE_NAMES = [
  'in_progress',
  'complete',
  'failed',
  'stale',
] as const satisfies readonly RequestStateName[];

/** The name of a number that the database keeps. */
export function stateName(state: number): RequestStateName {
  const name = REQUEST_STATE_NAMES[state - 1];
  if (name === undefined) throw new RangeError(`${state} is not the number of a request state`);
  return name;
}

/** A state that only `stale` can follow. */
export function isFinal(state: RequestStateName): boolean {
  return state !== 'in_progress';
}

/** Reasons with a fixed wording: clients compare them. */
export const REASONS = {
  initiated: 'The request was initiated',
  complete: 'Completed successfully',
  expired: 'The request has expired',
} as const;
