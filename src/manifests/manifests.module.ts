import { Module } from '@nestjs/common';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import { VisibilityModule } from '../requests/visibility/visibility.module.js';
import { CombinedManifestsController } from './combined-manifests.controller.js';
import { ManifestRequests } from './manifest-requests.js';
import { Provenances } from './provenance/provenances.js';
import { Sboms } from './sbom/sboms.js';
import { RequestManifestsController } from './request-manifests.controller.js';
import { DependenciesController } from './where-used/dependencies.controller.js';
import { WhereUsed } from './where-used/where-used.js';

/** Documents about requests: content manifests, SBOMs, provenance; where dependencies are used. */
@Module({
  imports: [DependenciesModule, VisibilityModule],
  controllers: [CombinedManifestsController, DependenciesController, RequestManifestsController],
  providers: [ManifestRequests, Provenances, Sboms, WhereUsed],
})
export class ManifestsModule {}
