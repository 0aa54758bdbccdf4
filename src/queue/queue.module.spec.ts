import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getQueueToken } from '@nestjs/bull';
import { startRedis, type TestRedis } from '../../test/support/redis.js';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import { itUnless, missingTool } from '../../test/support/tools.js';
import { testConfiguration } from '../config/testing.js';
import { BullQueue } from './bull/bull-queue.js';
import { JobQueue } from './job-queue.js';
import { QueueModule } from './queue.module.js';
import { QUEUE_NAME } from './queue.tokens.js';
import { SchedulerQueue } from './scheduler/scheduler-queue.js';

const NO_REDIS = missingTool('redis-server') ?? missingTool('redis-cli');

async function start(redisUrl: string | undefined): Promise<RoomApplication> {
  return startRoomApplication([QueueModule.forRoot(testConfiguration({ queue: { redisUrl } }))]);
}

describe('QueueModule', () => {
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    if (NO_REDIS === undefined) redis = await startRedis();
  });
  afterAll(() => redis?.close());

  it('has the queue in the database where no Redis is configured', async () => {
    const { app, close } = await start(undefined);
    expect(app.get(JobQueue, { strict: false })).toBeInstanceOf(SchedulerQueue);
    await close();
  });

  itUnless(NO_REDIS, 'has the queue in Redis where one is configured, and leaves no connection behind', async () => {
    const { app, close } = await start(redis?.url);
    const queue = app.get(JobQueue, { strict: false });
    expect(queue).toBeInstanceOf(BullQueue);
    expect(app.get(getQueueToken(QUEUE_NAME), { strict: false })).toBeDefined();
    await queue.start(async () => ({ kind: 'done' }), { concurrency: 1 });
    await queue.enqueue(1);
    await queue.stop();
    await close();
    expect((await redis?.command('CLIENT', 'LIST'))?.trim().split('\n')).toHaveLength(1);
  });
});
