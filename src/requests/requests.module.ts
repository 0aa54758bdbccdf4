import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { REQUEST_ENTITIES } from './entities/index.js';
import { RequestLogs } from './logs/request-logs.js';
import { EnvironmentVariables } from './states/environment-variables.js';
import { RequestStates } from './states/request-states.js';

/** The REST resource `/requests`: controllers, entities, the state machine, logs, metrics. */
@Module({
  imports: [TypeOrmModule.forFeature(REQUEST_ENTITIES), AuthModule, DependenciesModule, QueueModule],
  providers: [RequestStates, EnvironmentVariables, RequestLogs],
  exports: [RequestStates, RequestLogs],
})
export class RequestsModule {}
