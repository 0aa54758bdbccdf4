import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import { DownloadModule } from '../download/download.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { EnvironmentVariables } from './build/environment-variables.js';
import { RequestDataController } from './controllers/request-data.controller.js';
import { RequestMetricsController } from './controllers/request-metrics.controller.js';
import { RequestsController } from './controllers/requests.controller.js';
import { RequestCreation } from './creation/request-creation.js';
import { RequestQuotas } from './creation/quotas.js';
import { RequestSubmission } from './creation/request-submission.js';
import { REQUEST_ENTITIES } from './entities/index.js';
import { EventStreams } from './live/event-streams.js';
import { RequestNews } from './live/request-news.js';
import { RequestWait } from './live/request-wait.js';
import { RequestLogs } from './logs/request-logs.js';
import { RequestMetrics } from './metrics/request-metrics.js';
import { RequestStates } from './states/request-states.js';
import { RequestData } from './views/request-data.js';
import { RequestListing } from './views/request-listing.js';
import { RequestViews } from './views/request-views.js';
import { VisibilityModule } from './visibility/visibility.module.js';

/** The REST resource `/requests`: controllers, entities, the state machine, logs, metrics. */
@Module({
  imports: [TypeOrmModule.forFeature(REQUEST_ENTITIES), DependenciesModule, DownloadModule, QueueModule, VisibilityModule],
  controllers: [RequestsController, RequestDataController, RequestMetricsController],
  providers: [
    RequestStates,
    EnvironmentVariables,
    RequestLogs,
    RequestSubmission,
    RequestCreation,
    RequestQuotas,
    RequestListing,
    RequestViews,
    RequestData,
    RequestMetrics,
    RequestNews,
    RequestWait,
    EventStreams,
  ],
  exports: [EnvironmentVariables, RequestStates, RequestLogs],
})
export class RequestsModule {}
