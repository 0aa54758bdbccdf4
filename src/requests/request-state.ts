/** The states of a request, with the numbers that the database keeps. */
export const REQUEST_STATES = { in_progress: 1, complete: 2, failed: 3, stale: 4 } as const;
export type RequestStateName = keyof typeof REQUEST_STATES;

/** Reasons with a fixed wording: clients compare them. */
export const REASONS = {
  initiated: 'The request was initiated',
  complete: 'Completed successfully',
  expired: 'The request has expired',
} as const;
