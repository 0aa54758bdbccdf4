import { type BeforeApplicationShutdown, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobQueue } from './job-queue.js';
import { SchedulerQueue } from './scheduler/scheduler-queue.js';

/** Provides `JobQueue`. The worker starts it; it stops at shutdown, while the database still answers. */
@Global()
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [DataSource],
      useFactory: (dataSource: DataSource): JobQueue => new SchedulerQueue(dataSource),
    },
  ],
  exports: [JobQueue],
})
export class QueueModule implements BeforeApplicationShutdown {
  constructor(private readonly queue: JobQueue) {}

  beforeApplicationShutdown(): Promise<void> {
    return this.queue.stop();
  }
}
