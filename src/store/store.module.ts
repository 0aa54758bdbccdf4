import { Global, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
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
export class StoreModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(StoreModule.name);
  private checking: Promise<void> | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly archive: ArchiveStore,
  ) {}

  /** A bucket that cannot be used is told at once. Nothing waits for that: it may be used later. */
  onApplicationBootstrap(): void {
    if (this.configuration.store.s3 === undefined) return;
    this.checking = this.archive.check().catch((error: unknown) => this.logger.error(String(error)));
  }

  async onModuleDestroy(): Promise<void> {
    await this.checking;
  }
}

/** Undefined when no bucket is configured: the SDK is not even loaded then. */
async function inBucket(
  { store: { s3 }, directories }: Configuration,
  name: 'archive' | 'bundles',
): Promise<BlobStore | undefined> {
  if (s3 === undefined) return undefined;
  const { openS3Store } = await import('./s3/open-s3-store.js');
  return openS3Store(s3, name, directories.uploads);
}
