import { Global, Module } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { ArchiveStore, BundleStore } from './blob-store.js';
import { FilesystemBlobStore } from './filesystem/filesystem-blob-store.js';

/** Provides the two stores of the service, each a directory. */
@Global()
@Module({
  providers: [
    {
      provide: ArchiveStore,
      inject: [Configuration],
      useFactory: (configuration: Configuration) => new FilesystemBlobStore(configuration.directories.sources),
    },
    {
      provide: BundleStore,
      inject: [Configuration],
      useFactory: (configuration: Configuration) =>
        new FilesystemBlobStore(configuration.directories.bundles, 'rebuildable'),
    },
  ],
  exports: [ArchiveStore, BundleStore],
})
export class StoreModule {}
