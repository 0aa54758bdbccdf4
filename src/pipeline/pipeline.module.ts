import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { BundleReferences } from '../bundles/index.js';
import { BundlesModule } from '../bundles/bundles.module.js';
import { ArtifactReferences } from '../dependencies/index.js';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { RegistriesModule } from '../registries/registries.module.js';
import { RequestsModule } from '../requests/requests.module.js';
import { RequestWorkModule } from '../requests/work/request-work.module.js';
import { SourceReferences } from '../source/index.js';
import { SourceModule } from '../source/source.module.js';
import { BLOB_REFERENCES, BlobCollector, type BlobReferences } from './maintenance/blob-collector.js';
import { Expiry } from './maintenance/expiry.js';
import { FleetLock } from './maintenance/fleet-lock.js';
import { Housekeeping } from './maintenance/housekeeping.js';
import { Maintenance } from './maintenance/maintenance.js';
import { MaintenanceController } from './maintenance/maintenance.controller.js';
import { Schedule } from './maintenance/schedule.js';
import { SourcePruning } from './maintenance/source-pruning.js';
import { Drain } from './drain.js';
import { LicenseRecorder } from './licenses.js';
import { PipelineMetrics } from './metrics/pipeline-metrics.js';
import { Reconciliation } from './reconciliation.js';
import { RequestJob } from './request-job.js';
import { RequestSteps } from './request-steps.js';
import { ResolutionMemos } from './resolution-memos.js';
import { SourceHosts } from './source-hosts.js';
import { TemporaryFiles } from './temporary-files.js';
import { WorkerEntity } from './worker.entity.js';
import { WorkerRegistry } from './worker-registry.js';
import { Worker } from './worker.js';

/** The work on requests, and what is scheduled: expiry, pruning, collection. */
@Module({
  imports: [
    TypeOrmModule.forFeature([WorkerEntity]),
    ScheduleModule.forRoot(),
    AuthModule,
    BundlesModule,
    DependenciesModule,
    QueueModule,
    RegistriesModule,
    RequestsModule,
    RequestWorkModule,
    SourceModule,
  ],
  controllers: [MaintenanceController],
  providers: [
    BlobCollector,
    Drain,
    {
      provide: BLOB_REFERENCES,
      useFactory: (...rooms: BlobReferences[]) => rooms,
      inject: [SourceReferences, ArtifactReferences, BundleReferences],
    },
    Expiry,
    FleetLock,
    Housekeeping,
    LicenseRecorder,
    Maintenance,
    PipelineMetrics,
    Reconciliation,
    RequestJob,
    RequestSteps,
    Schedule,
    ResolutionMemos,
    SourceHosts,
    SourcePruning,
    TemporaryFiles,
    Worker,
    WorkerRegistry,
  ],
  exports: [Drain, Worker, WorkerRegistry],
})
export class PipelineModule {}
