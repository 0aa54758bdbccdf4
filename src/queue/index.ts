export { type JobOutcome, JobQueue } from './job-queue.js';
