import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Configuration } from '../config/index.js';
import { JobQueue } from './job-queue.js';
import { REDIS_QUEUE } from './queue.tokens.js';
import { SchedulerQueue } from './scheduler/scheduler-queue.js';

/** Provides `JobQueue`. The worker starts it, and stops it at shutdown, while the database still answers. */
@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [DataSource, { token: REDIS_QUEUE, optional: true }],
      useFactory: (dataSource: DataSource, redis?: JobQueue): JobQueue => redis ?? new SchedulerQueue(dataSource),
    },
  ],
  exports: [JobQueue],
})
export class QueueModule {
  /** For the root module: with the queue in Redis, if one is configured. Without it, Bull is not even loaded. */
  static async forRoot({ queue: { redisUrl } }: Configuration): Promise<DynamicModule> {
    if (redisUrl === undefined) return { module: QueueRootModule, imports: [QueueModule] };
    const { RedisQueueModule } = await import('./bull/redis-queue.module.js');
    return { module: QueueRootModule, imports: [QueueModule, RedisQueueModule.for(redisUrl)] };
  }
}

@Module({})
class QueueRootModule {}
