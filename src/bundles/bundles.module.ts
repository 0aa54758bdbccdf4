import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { VisibilityModule } from '../requests/visibility/visibility.module.js';
import { BundleBuilder } from './bundle-builder.js';
import { BundleFiles } from './bundle-files.js';
import { BundleReferences } from './bundle-references.js';
import { DownloadController } from './download/download.controller.js';
import { BUNDLE_ENTITIES } from './entities/index.js';
import { RequestBundles } from './request-bundles.js';

/** Bundles: builds them, keeps them whole, and serves them. */
@Module({
  imports: [TypeOrmModule.forFeature(BUNDLE_ENTITIES), VisibilityModule],
  controllers: [DownloadController],
  providers: [BundleBuilder, BundleFiles, RequestBundles, BundleReferences],
  exports: [BundleBuilder, RequestBundles, BundleReferences],
})
export class BundlesModule {}
