export { type JobOutcome, JobQueue } from './job-queue.js';
export { QUEUE_NAME } from './queue.tokens.js';
