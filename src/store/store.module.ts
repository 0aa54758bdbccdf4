import { Global, Module } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { ArchiveStore, type BlobStore, BundleStore } from './blob-store.js';
import { FilesystemBlobStore } from './filesystem/filesystem-blob-store.js';

/** Provides the two stores of the service: two directories, or two folders of a bucket. */
@Global()
@Module({
  providers: [
    {
      provide: ArchiveStore,
      inject: [Configuration],
      useFactory: async (configuration: Configuration) =>
        (await inBucket(configuration, 'archive')) ?? new FilesystemBlobStore(configuration.directories.sources),
    },
    {
      provide: BundleStore,
      inject: [Configuration],
      useFactory: async (configuration: Configuration) =>
        (await inBucket(configuration, 'bundles')) ??
        new FilesystemBlobStore(configuration.directories.bundles, 'rebuildable'),
    },
  ],
  exports: [ArchiveStore, BundleStore],
})
export class StoreModule {}

/** Undefined when no bucket is configured: the SDK is not even loaded then. */
async function inBucket(
  { store: { s3 }, directories }: Configuration,
  name: 'archive' | 'bundles',
): Promise<BlobStore | undefined> {
  if (s3 === undefined) return undefined;
  const { openS3Store } = await import('./s3/open-s3-store.js');
  return openS3Store(s3, name, directories.uploads);
}
