import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DownloadModule } from '../download/download.module.js';
import { ArtifactArchive } from './artifact-archive.js';
import { ArtifactLicenses } from './artifact-licenses.js';
import { ArtifactReferences } from './artifact-references.js';
import { Catalogue } from './catalogue.js';
import { DependencyPaths } from './dependency-paths.js';
import { ArtifactEntity } from './entities/artifact.entity.js';
import { ComponentEntity } from './entities/component.entity.js';
import {
  DependencyEdgeEntity,
  DependencySetEntity,
  DependencySetMemberEntity,
} from './entities/dependency-set.entity.js';
import { Findings } from './findings.js';
import { KeptDocuments } from './kept-documents.js';
import { UpstreamDocuments } from './upstream-documents.js';

const ENTITIES = [
  ArtifactEntity,
  ComponentEntity,
  DependencyEdgeEntity,
  DependencySetEntity,
  DependencySetMemberEntity,
];

const SERVICES = [
  ArtifactArchive,
  ArtifactLicenses,
  ArtifactReferences,
  Catalogue,
  DependencyPaths,
  Findings,
  KeptDocuments,
  UpstreamDocuments,
];

/** The catalogue: artifacts, dependency sets, where-used. */
@Module({
  imports: [TypeOrmModule.forFeature(ENTITIES), DownloadModule],
  providers: SERVICES,
  exports: SERVICES,
})
export class DependenciesModule {}
