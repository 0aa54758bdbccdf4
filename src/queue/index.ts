export { type JobHandler, type JobOutcome, JobQueue, type QueueDepth } from './job-queue.js';
