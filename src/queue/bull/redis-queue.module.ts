import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bull';
import { QUEUE_NAME, REDIS_QUEUE } from '../queue.tokens.js';
import { BullQueue } from './bull-queue.js';
import { RedisConnections } from './redis-connections.js';
import { bullOptions } from './redis-options.js';
import type { RequestJob } from './request-job.js';

/** Provides the queue in Redis, and Bull's own view of it. Loaded only where Redis is configured. */
@Module({})
export class RedisQueueModule implements OnApplicationShutdown {
  constructor(
    @Inject(getQueueToken(QUEUE_NAME)) private readonly bull: Queue<RequestJob>,
    private readonly connections: RedisConnections,
  ) {}

  static for(address: string): DynamicModule {
    const connections = new RedisConnections();
    return {
      module: RedisQueueModule,
      global: true,
      imports: [BullModule.forRoot(bullOptions(address, connections)), BullModule.registerQueue({ name: QUEUE_NAME })],
      providers: [
        { provide: RedisConnections, useValue: connections },
        {
          provide: REDIS_QUEUE,
          inject: [getQueueToken(QUEUE_NAME)],
          useFactory: (bull: Queue<RequestJob>) => new BullQueue(bull, connections),
        },
      ],
      exports: [REDIS_QUEUE, BullModule],
    };
  }

  /** Bull waits for its connections when it closes. */
  async onApplicationShutdown(): Promise<void> {
    this.connections.close();
    await this.bull.close();
  }
}
