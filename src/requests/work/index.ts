export type { Claim, ClaimedRequest, Refusal, WorkProgress } from './claimed-request.js';
export { LEASE, RequestWork, type WorkResult } from './request-work.js';
