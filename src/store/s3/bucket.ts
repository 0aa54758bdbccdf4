import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { FileAccessError } from '../../errors/index.js';
import type { ByteRange, LinkedFile } from '../blob-store.js';
import { isMissing, isOutOfRange, translated } from './bucket-errors.js';

/** Seconds in which a download must begin; once begun, it may take longer. */
const LINK_LIFETIME = 300;

/** What a server tells of an object. */
export interface ObjectFacts {
  size: number;
  /** Changes when the content does (RFC 9110, §8.8.3). */
  etag: string;
  /** When it was written, by the server's clock, in whole seconds. */
  modified: Date;
  /** Metadata `time`: what `put` was given. */
  time: Date | undefined;
}

export interface OpenObject extends ObjectFacts {
  /** Bytes that are asked for: `body` has as many. */
  length: number;
  body: Readable;
}

interface PutObject {
  /** Lets the server check what it got, if it can. */
  sha256?: string;
  /** Recorded as metadata. */
  time?: Date;
  signal?: AbortSignal | undefined;
}

/**
 * Single objects of a bucket. Every call is tried again a few times. Throws `StoreUnavailable`, `FileAccessError`, or
 * the reason of the signal.
 */
export class Bucket {
  constructor(
    readonly client: S3Client,
    readonly name: string,
  ) {}

  /** Undefined when there is no such object. */
  async head(key: string, what: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    try {
      return factsOf(await this.client.send(new HeadObjectCommand(this.at(key)), options(signal)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      return fail(error, what, signal);
    }
  }

  /** Throws `RangeError` when the range lies behind the end. With `etag`, only the content that has it. */
  async get(key: string, what: string, wanted: { range?: ByteRange; etag?: string } = {}): Promise<OpenObject> {
    const { range, etag } = wanted;
    const input = {
      ...this.at(key),
      ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
      ...(etag === undefined ? {} : { IfMatch: etag }),
    };
    try {
      const answer = await this.client.send(new GetObjectCommand(input));
      const { Body: body, ContentLength: length, ContentRange: part } = answer;
      if (!(body instanceof Readable)) throw new FileAccessError(`${what} came without content`);
      // Told to whoever reads; nobody may do so yet, or any more.
      body.on('error', () => undefined);
      if (length === undefined || (range !== undefined && part === undefined)) {
        body.destroy();
        throw new FileAccessError(`${what} cannot be read: the server tells no length or knows no ranges`);
      }
      return { ...factsOf(answer), length, body };
    } catch (error) {
      if (isOutOfRange(error)) throw new RangeError(`${what} has no bytes ${range?.start}-${range?.end}`);
      return fail(error, what, undefined);
    }
  }

  /** A small object. Returns its entity tag, if the server tells it. */
  async put(key: string, content: Uint8Array, what: string, details: PutObject = {}): Promise<string | undefined> {
    const { sha256, time, signal } = details;
    const input = {
      ...this.at(key),
      Body: content,
      ...(sha256 === undefined ? {} : { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') }),
      ...(time === undefined ? {} : { Metadata: { time: time.toISOString() } }),
    };
    try {
      return (await this.client.send(new PutObjectCommand(input), options(signal))).ETag;
    } catch (error) {
      return fail(error, what, signal);
    }
  }

  /** A missing one is no error. */
  async delete(key: string, what: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.at(key)), options(signal));
    } catch (error) {
      if (!isMissing(error)) fail(error, what, signal);
    }
  }

  /** All objects whose keys begin with `prefix`, by key ascending, a page in memory at a time. */
  async *list(prefix: string): AsyncGenerator<{ key: string; size: number; modified: Date }> {
    try {
      for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: this.name, Prefix: prefix })) {
        for (const { Key: key, Size: size = 0, LastModified: modified = new Date(0) } of page.Contents ?? []) {
          if (key !== undefined) yield { key, size, modified };
        }
      }
    } catch (error) {
      fail(error, 'The store', undefined);
    }
  }

  /** An address at which the object can be fetched for a while without credentials. */
  async link(key: string, what: string, { name, type }: LinkedFile): Promise<string> {
    const command = new GetObjectCommand({
      ...this.at(key),
      // A token, which needs no quotes (RFC 6266).
      ResponseContentDisposition: `attachment; filename=${name.replaceAll(/[^\w.-]/g, '_')}`,
      ResponseContentType: type,
    });
    try {
      return await getSignedUrl(this.client, command, { expiresIn: LINK_LIFETIME });
    } catch (error) {
      return fail(error, what, undefined);
    }
  }

  at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: key };
  }
}

/** Throws the signal's reason if that has fired, else the error as one of ours. */
export function fail(error: unknown, what: string, signal: AbortSignal | undefined): never {
  signal?.throwIfAborted();
  throw translated(error, what);
}

export function options(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function factsOf(answer: {
  ContentLength?: number | undefined;
  ETag?: string | undefined;
  LastModified?: Date | undefined;
  Metadata?: Record<string, string> | undefined;
}): ObjectFacts {
  const time = new Date(answer.Metadata?.['time'] ?? Number.NaN);
  return {
    size: answer.ContentLength ?? 0,
    etag: answer.ETag ?? '',
    modified: answer.LastModified ?? new Date(0),
    time: Number.isNaN(time.getTime()) ? undefined : time,
  };
}
