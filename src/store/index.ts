export { ArchiveStore, type Blob, BlobStore, BundleStore, type ByteRange, type PutOptions, type StoredBlob } from './blob-store.js';
export { FilesystemBlobStore } from './filesystem/filesystem-blob-store.js';
export { StoreModule } from './store.module.js';
