import { Module } from '@nestjs/common';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import { CombinedManifestsController } from './combined-manifests.controller.js';
import { ManifestRequests } from './manifest-requests.js';
import { RequestManifestsController } from './request-manifests.controller.js';

/** Documents about requests: content manifests, SBOMs, provenance. */
@Module({
  imports: [DependenciesModule],
  controllers: [CombinedManifestsController, RequestManifestsController],
  providers: [ManifestRequests],
})
export class ManifestsModule {}
