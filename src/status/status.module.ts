import { Module } from '@nestjs/common';
import { AthensModule } from '../athens/athens.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { DownloadModule } from '../download/download.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { FleetMetrics } from './fleet-metrics.js';
import { HealthController } from './health.controller.js';
import { MetricsServer } from './metrics-server.js';
import { RequestPrometheusMetrics } from './request-metrics.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';
import { UpstreamsStatus } from './upstreams-status.js';

/** What operators ask: status, health, the metrics page. */
@Module({
  imports: [AthensModule, AuthModule, DownloadModule, PipelineModule],
  controllers: [HealthController, StatusController],
  providers: [FleetMetrics, MetricsServer, RequestPrometheusMetrics, StatusService, UpstreamsStatus],
})
export class StatusModule {}
