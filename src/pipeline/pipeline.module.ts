import { Module } from '@nestjs/common';
import { DependenciesModule } from '../dependencies/dependencies.module.js';

/** The work on requests, and what is scheduled: expiry, pruning, collection. */
@Module({ imports: [DependenciesModule] })
export class PipelineModule {}
