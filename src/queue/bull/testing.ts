import Bull from 'bull';
import { QUEUE_NAME } from '../queue.tokens.js';
import { BullQueue } from './bull-queue.js';
import { RedisConnections } from './redis-connections.js';
import { bullOptions, type BullTimes } from './redis-options.js';
import type { RequestJob } from './request-job.js';

export interface OpenedQueue {
  queue: BullQueue;
  bull: Bull.Queue<RequestJob>;
  close(): Promise<void>;
}

/** The queue at an address, for specs and measurements. `patience` = how long Redis may take, milliseconds. */
export function openBullQueue(url: string, times?: BullTimes, patience?: number): OpenedQueue {
  const connections = new RedisConnections(patience);
  const bull = new Bull<RequestJob>(QUEUE_NAME, bullOptions(url, connections, times));
  return {
    queue: new BullQueue(bull, connections, patience),
    bull,
    close: async () => {
      connections.close();
      await bull.close();
    },
  };
}
