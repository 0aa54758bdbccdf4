export type { Claim, ClaimedRequest, WorkProgress } from './claimed-request.js';
export { LEASE, RequestWork, type WorkResult } from './request-work.js';
