import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type FileHandle, open } from 'node:fs/promises';
import { sideBySide, type Slots } from '../../concurrency/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { Blob } from '../blob-store.js';
import { rethrow } from '../local/file-errors.js';
import { type Bucket, fail, options } from './bucket.js';
import { isUploadGone } from './bucket-errors.js';

/** Bytes of a part: of at most 10,000, each but the last at least 5 MiB. */
const PART = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Parts of one blob at a time. */
const SIDE_BY_SIDE = 4;

/**
 * Writes a local file under its key, visible only whole: at once, or in parts if it is large. `slots` bound the parts
 * in memory. Returns the entity tag; undefined when it is not known, nor sure that the blob is there.
 */
export async function uploadFile(
  bucket: Bucket,
  key: string,
  file: string,
  blob: Blob,
  slots: Slots,
  signal: AbortSignal,
): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => rethrow(error, 'A blob on its way to the store'));
  try {
    if (blob.size > PART) return await uploadParts(bucket, key, handle, blob, slots, signal);
    const release = await slots.take(signal);
    try {
      const content = await readPart(handle, 0, blob.size);
      return await bucket.put(key, content, `The blob ${blob.sha256}`, { sha256: blob.sha256, signal });
    } finally {
      release();
    }
  } finally {
    await handle.close();
  }
}

/** Gives up uploads in parts that were begun before `olderThan`; others may be at work. Returns how many. */
export async function abortUploads(bucket: Bucket, prefix: string, olderThan: Date): Promise<number> {
  let aborted = 0;
  try {
    for await (const { Key: key, UploadId: id, Initiated: begun } of listUploads(bucket, prefix)) {
      if (key === undefined || id === undefined || begun === undefined || begun >= olderThan) continue;
      await abortUpload(bucket, key, id);
      aborted += 1;
    }
  } catch (error) {
    fail(error, 'The store', undefined);
  }
  return aborted;
}

async function* listUploads(bucket: Bucket, prefix: string): AsyncGenerator<MultipartUpload> {
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page ?? {};
    const input = { Bucket: bucket.name, Prefix: prefix, ...(page === undefined ? {} : { KeyMarker, UploadIdMarker }) };
    page = await bucket.client.send(new ListMultipartUploadsCommand(input));
    yield* page.Uploads ?? [];
  } while (page.IsTruncated === true && page.NextKeyMarker);
}

async function uploadParts(
  bucket: Bucket,
  key: string,
  file: FileHandle,
  blob: Blob,
  slots: Slots,
  signal: AbortSignal,
): Promise<string | undefined> {
  const what = `The blob ${blob.sha256}`;
  const id = await beginUpload(bucket, key, what, signal);
  try {
    const parts = await sideBySide(partsOf(blob.size), SIDE_BY_SIDE, signal, (part, partSignal) =>
      uploadPart(bucket, key, id, part, file, slots, partSignal),
    );
    return await completeUpload(bucket, key, id, parts, blob, signal);
  } catch (error) {
    // What remains costs space only, until `abortUploads`.
    await abortUpload(bucket, key, id).catch(() => undefined);
    return fail(error, what, signal);
  }
}

async function beginUpload(bucket: Bucket, key: string, what: string, signal: AbortSignal): Promise<string> {
  try {
    const command = new CreateMultipartUploadCommand(bucket.at(key));
    const { UploadId: id } = await bucket.client.send(command, options(signal));
    if (id === undefined) throw new FileAccessError(`${what} cannot be written: the server gave no upload id`);
    return id;
  } catch (error) {
    return fail(error, what, signal);
  }
}

interface Part {
  number: number;
  start: number;
  length: number;
}

function partsOf(size: number): Part[] {
  const partSize = Math.max(PART, Math.ceil(size / MAX_PARTS));
  return Array.from({ length: Math.ceil(size / partSize) }, (_, at) => ({
    number: at + 1,
    start: at * partSize,
    length: Math.min(partSize, size - at * partSize),
  }));
}

async function uploadPart(
  bucket: Bucket,
  key: string,
  id: string,
  { number, start, length }: Part,
  file: FileHandle,
  slots: Slots,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const release = await slots.take(signal);
  try {
    const input = { ...bucket.at(key), UploadId: id, PartNumber: number, Body: await readPart(file, start, length) };
    const { ETag } = await bucket.client.send(new UploadPartCommand(input), options(signal));
    return { PartNumber: number, ETag };
  } finally {
    release();
  }
}

/**
 * The answer may be lost on its way: then the repeated call finds no such upload, and something is there, of which
 * nothing is known: no entity tag is returned.
 */
async function completeUpload(
  bucket: Bucket,
  key: string,
  id: string,
  parts: CompletedPart[],
  blob: Blob,
  signal: AbortSignal,
): Promise<string | undefined> {
  const input = { ...bucket.at(key), UploadId: id, MultipartUpload: { Parts: parts } };
  try {
    const { ETag } = await bucket.client.send(new CompleteMultipartUploadCommand(input), options(signal));
    return ETag;
  } catch (error) {
    if (!isUploadGone(error)) throw error;
    const written = await bucket.head(key, `The blob ${blob.sha256}`, signal);
    if (written?.size !== blob.size) throw error;
    return undefined;
  }
}

async function abortUpload(bucket: Bucket, key: string, id: string): Promise<void> {
  try {
    await bucket.client.send(new AbortMultipartUploadCommand({ ...bucket.at(key), UploadId: id }));
  } catch (error) {
    if (!isUploadGone(error)) throw error;
  }
}

async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const content = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file
      .read(content, done, length - done, start + done)
      .catch((error: unknown) => rethrow(error, 'A blob on its way to the store'));
    if (bytesRead === 0) throw new FileAccessError('A blob was cut off on its way to the store');
    done += bytesRead;
  }
  return content;
}
