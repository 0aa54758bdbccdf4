/** The queue in Redis, where there is one: then it is the `JobQueue`. */
export const REDIS_QUEUE = Symbol('queue in Redis');

/** Name of the queue in Redis and of Bull's own view of it: `getQueueToken(QUEUE_NAME)`. */
export const QUEUE_NAME = 'requests';
