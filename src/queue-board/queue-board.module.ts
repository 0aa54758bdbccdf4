import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import type { Configuration } from '../config/index.js';

/** Bull's board at `/queue-board`, where the queue is in Redis; else there is nothing there. */
@Module({})
export class QueueBoardModule {
  static async forRoot({ queue: { redisUrl } }: Configuration): Promise<DynamicModule> {
    if (redisUrl === undefined) return { module: QueueBoardModule };
    const { QueueBoardController } = await import('./queue-board.controller.js');
    return { module: QueueBoardModule, imports: [AuthModule], controllers: [QueueBoardController] };
  }
}
