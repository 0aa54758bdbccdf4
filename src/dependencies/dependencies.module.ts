import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ArtifactReferences } from './artifact-references.js';
import { Catalogue } from './catalogue.js';
import { ArtifactEntity } from './entities/artifact.entity.js';
import { ComponentEntity } from './entities/component.entity.js';
import {
  DependencyEdgeEntity,
  DependencySetEntity,
  DependencySetMemberEntity,
} from './entities/dependency-set.entity.js';

const ENTITIES = [
  ArtifactEntity,
  ComponentEntity,
  DependencyEdgeEntity,
  DependencySetEntity,
  DependencySetMemberEntity,
];

/** The catalogue: artifacts, dependency sets, where-used. */
@Module({
  imports: [TypeOrmModule.forFeature(ENTITIES)],
  providers: [ArtifactReferences, Catalogue],
  exports: [ArtifactReferences, Catalogue],
})
export class DependenciesModule {}
