import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { FileAccessError } from '../errors/index.js';
import { REQUEST_STATE_CHANGED, type RequestStateChanged } from '../requests/index.js';
import { BundleStore, type ByteRange, StoreUnavailable } from '../store/index.js';
import type { BuiltBundle } from './bundle-builder.js';
import { BundleFiles } from './bundle-files.js';
import { BundleEntity } from './entities/bundle.entity.js';
import { RequestBundleEntity } from './entities/request-bundle.entity.js';

/** A bundle whose bytes were checked. */
export interface OpenBundle extends BuiltBundle {
  /** Hands its bytes to `write`, as `BlobStore.copy` does. */
  copy(write: (piece: Uint8Array) => Promise<void>, range?: ByteRange): Promise<void>;
  /** An address where the store itself serves it for a while, if it does: with this name for the file. */
  directLink(fileName: string): Promise<string | undefined>;
}

/** Which bundle belongs to which request. */
@Injectable()
export class RequestBundles {
  private readonly logger = new Logger(RequestBundles.name);

  constructor(
    @InjectRepository(RequestBundleEntity) private readonly links: Repository<RequestBundleEntity>,
    @InjectRepository(BundleEntity) private readonly bundles: Repository<BundleEntity>,
    private readonly store: BundleStore,
    private readonly files: BundleFiles,
  ) {}

  /** Gives a request its bundle, within the transaction that completes it. Replaces the one of an earlier attempt. */
  async link(manager: EntityManager, requestId: number, recipeSha256: string): Promise<void> {
    await manager.upsert(RequestBundleEntity, { requestId, recipeSha256 }, ['requestId']);
  }

  /** The bundle that a request has, by its row. */
  async find(requestId: number): Promise<BuiltBundle | undefined> {
    const link = await this.links.findOne({ where: { requestId }, relations: { bundle: true } });
    if (link === null) return undefined;
    const { recipeSha256, sha256, size } = link.bundle;
    return { recipeSha256, sha256, size };
  }

  /**
   * The bundle of a request, for reading: bit for bit what it was when it was built. A lost or damaged file is built
   * again from the recipe. Throws `FileAccessError` naming the archive when there is none, or it cannot be brought
   * back, `StoreUnavailable` when the store does not answer.
   */
  async open(requestId: number, signal?: AbortSignal): Promise<OpenBundle> {
    const bundle = await this.find(requestId);
    if (bundle === undefined) {
      throw new FileAccessError(
        `The archive ${requestId}.tar.gz is missing: the request was completed without a bundle`,
      );
    }
    try {
      await this.files.ensure(bundle, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StoreUnavailable) throw error;
      throw new FileAccessError(
        `The archive ${requestId}.tar.gz has changed or is lost, and cannot be built again; submit the request anew`,
        { cause: error },
      );
    }
    return {
      ...bundle,
      copy: (write, range) => this.store.copy(bundle.sha256, write, range),
      directLink: (name) => this.store.directLink(bundle.sha256, { name, type: 'application/gzip' }),
    };
  }

  /** A stale request loses its bundle. Never throws: the collector takes what is left here. */
  @OnEvent(REQUEST_STATE_CHANGED)
  async onStateChanged(event: RequestStateChanged): Promise<void> {
    if (event.to !== 'stale') return;
    try {
      await this.drop(event.id);
    } catch (error) {
      this.logger.warn(`The bundle of request ${event.id} could not be dropped: ${String(error)}`);
    }
  }

  /**
   * Unlinks the bundle and deletes its file unless another request has it. (Should a request get it in this very
   * moment, its first download builds it again.)
   */
  private async drop(requestId: number): Promise<void> {
    const bundle = await this.find(requestId);
    if (bundle === undefined) return;
    await this.links.delete({ requestId });
    const others = await this.bundles
      .createQueryBuilder('bundle')
      .innerJoin(RequestBundleEntity, 'link', 'link.recipeSha256 = bundle.recipeSha256')
      .where('bundle.sha256 = :sha256', { sha256: bundle.sha256 })
      .getCount();
    if (others === 0) await this.store.delete(bundle.sha256);
  }
}
