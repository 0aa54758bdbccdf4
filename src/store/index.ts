export { ArchiveStore, type Blob, BlobStore, BundleStore, type ByteRange, type StoredBlob } from './blob-store.js';
export { FilesystemBlobStore } from './filesystem/filesystem-blob-store.js';
export { StoreUnavailable } from './store-unavailable.js';
