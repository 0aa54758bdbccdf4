/** The queue in Redis, where there is one: then it is the `JobQueue`. */
export const REDIS_QUEUE = Symbol('queue in Redis');
