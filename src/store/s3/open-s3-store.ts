import { join } from 'node:path';
import type { S3Settings } from '../../config/index.js';
import type { BlobStore } from '../blob-store.js';
import { Bucket } from './bucket.js';
import { createS3Client } from './client.js';
import { S3BlobStore } from './s3-blob-store.js';

/** One of the service's stores in a bucket. `uploads`: local directory for what is on its way there. */
export function openS3Store(settings: S3Settings, name: 'archive' | 'bundles', uploads: string): BlobStore {
  const { prefix, directDownloads } = settings;
  const bucket = new Bucket(createS3Client(settings), settings.bucket);
  return new S3BlobStore({ bucket, prefix, name, uploads: join(uploads, name), directDownloads });
}
