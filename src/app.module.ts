import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { BundlesModule } from './bundles/bundles.module.js';
import { type Configuration, ConfigurationModule } from './config/index.js';
import { DatabaseModule } from './database/database.module.js';
import { DependenciesModule } from './dependencies/dependencies.module.js';
import { HttpModule } from './http/http.module.js';
import { ManifestsModule } from './manifests/manifests.module.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { PipelineModule } from './pipeline/pipeline.module.js';
import { QueueBoardModule } from './queue-board/queue-board.module.js';
import { QueueModule } from './queue/queue.module.js';
import { RegistriesModule } from './registries/registries.module.js';
import { RequestsModule } from './requests/requests.module.js';
import { SourceModule } from './source/source.module.js';
import { StatusModule } from './status/status.module.js';
import { StoreModule } from './store/store.module.js';

/** The whole service. The role in the configuration says whether it serves HTTP, works on requests, or both. */
@Module({})
export class AppModule {
  static for(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(configuration),
        ObservabilityModule,
        EventEmitterModule.forRoot(),
        DatabaseModule,
        StoreModule,
        QueueModule.forRoot(configuration),
        HttpModule,
        SourceModule,
        DependenciesModule,
        RequestsModule,
        BundlesModule,
        ManifestsModule,
        RegistriesModule,
        PipelineModule,
        QueueBoardModule.forRoot(configuration),
        StatusModule,
      ],
    };
  }
}
