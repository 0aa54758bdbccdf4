import { Module } from '@nestjs/common';
import { DependenciesModule } from '../../dependencies/dependencies.module.js';
import { RequestsModule } from '../requests.module.js';
import { RequestWork } from './request-work.js';

/** Claims, progress and outcome of the work on requests; for the pipeline. */
@Module({ imports: [RequestsModule, DependenciesModule], providers: [RequestWork], exports: [RequestWork] })
export class RequestWorkModule {}
