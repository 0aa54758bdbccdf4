import { Module } from '@nestjs/common';
import { DependenciesModule } from '../dependencies/dependencies.module.js';

/** Documents about requests: content manifests, SBOMs, provenance. */
@Module({ imports: [DependenciesModule] })
export class ManifestsModule {}
