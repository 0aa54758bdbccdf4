export { ArchiveStore, type Blob, BlobStore, BundleStore, type ByteRange, type PutOptions, type StoredBlob } from './blob-store.js';
