import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Configuration } from '../../config/index.js';
import { publicBase, ResourceNotFound } from '../../http/index.js';
import { ArchiveStore } from '../../store/index.js';
import type { OpenRegistry } from '../access/open-registries.js';
import { REGISTRY_BASE } from '../registry-name.js';
import { RegistryMetrics } from '../registry-metrics.js';
import { answerArchived } from '../served-file.js';
import { answerJson, CACHED_PRIVATELY } from './json-answer.js';
import { NpmManifests } from './manifest/npm-manifests.js';
import { type LockedVersion, NpmContent } from './npm-content.js';
import type { NpmTarget } from './npm-path.js';
import { distTags, packument, type PackumentForm, type ServedVersion, versionDocument } from './packument.js';
import { findTarball, tarballPath } from './tarball-name.js';

/** Media type of the abbreviated form. */
const ABBREVIATED = 'application/vnd.npm.install-v1+json';

/** Serves a request's packages to npm, yarn and pnpm: what is locked, and for everything else 404. */
@Injectable()
export class NpmRegistry {
  constructor(
    private readonly configuration: Configuration,
    private readonly content: NpmContent,
    private readonly manifests: NpmManifests,
    private readonly store: ArchiveStore,
    private readonly metrics: RegistryMetrics,
  ) {}

  /** Answers `GET` or `HEAD`. Throws `ResourceNotFound`, and `FileAccessError` when the store has lost a package. */
  async answer(registry: OpenRegistry, target: NpmTarget, request: Request, response: Response): Promise<void> {
    switch (target.kind) {
      case 'root':
      case 'ping':
        return answerJson(request, response, {});
      case 'whoami':
        return answerJson(request, response, { username: registry.name });
      case 'packument':
        return this.answerPackument(registry, target.name, request, response);
      case 'dist-tags':
        return answerJson(request, response, distTags(await this.versions(registry, target.name)));
      case 'version':
        return this.answerVersion(registry, target, request, response);
      case 'tarball':
        return this.answerTarball(registry, target, request, response);
      case 'audit':
      case 'unknown':
        throw this.missed(registry);
    }
  }

  private async answerPackument(
    registry: OpenRegistry,
    name: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const form: PackumentForm = (request.get('Accept') ?? '').includes(ABBREVIATED) ? 'abbreviated' : 'full';
    const versions = await this.served(registry, await this.versions(registry, name), request, response);
    if (versions === undefined) return;
    const type = form === 'abbreviated' ? ABBREVIATED : undefined;
    await answerJson(request, response, packument(versions, form), type);
  }

  private async answerVersion(
    registry: OpenRegistry,
    target: { name: string; version: string },
    request: Request,
    response: Response,
  ): Promise<void> {
    const versions = await this.content.versionsOf(registry.setId, target.name);
    const wanted = target.version === 'latest' ? distTags(versions).latest : target.version;
    const version = this.found(
      registry,
      versions.find((each) => each.version === wanted),
    );
    const [served] = (await this.served(registry, [version], request, response)) ?? [];
    if (served !== undefined) await answerJson(request, response, versionDocument(served, 'full'));
  }

  private async answerTarball(
    registry: OpenRegistry,
    target: { name: string; file: string },
    request: Request,
    response: Response,
  ): Promise<void> {
    const versions = await this.content.versionsOf(registry.setId, target.name);
    const { sha256, size } = this.found(registry, findTarball(versions, target.file));
    const type = 'application/octet-stream';
    const file = { sha256, size, name: target.file, type, headers: CACHED_PRIVATELY };
    return answerArchived(request, response, this.store, file);
  }

  /** Throws `ResourceNotFound` unless at least one version is locked. */
  private async versions(registry: OpenRegistry, name: string): Promise<LockedVersion[]> {
    const versions = await this.content.versionsOf(registry.setId, name);
    this.found(registry, versions[0]);
    return versions;
  }

  /** The versions with what their tarballs tell; undefined when the client has gone away meanwhile. */
  private async served(
    registry: OpenRegistry,
    versions: readonly LockedVersion[],
    request: Request,
    response: Response,
  ): Promise<ServedVersion[] | undefined> {
    const base = `${publicBase(request, this.configuration)}/${REGISTRY_BASE}/${registry.name}`;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const manifests = await this.manifests.of(
        versions.map(({ sha256 }) => sha256),
        gone.signal,
      );
      return versions.flatMap((version) => {
        const manifest = manifests.get(version.sha256);
        return manifest === undefined ? [] : { ...version, manifest, tarball: `${base}/${tarballPath(version)}` };
      });
    } catch (error) {
      if (gone.signal.aborted) return undefined;
      throw error;
    }
  }

  private found<T>(registry: OpenRegistry, wanted: T | undefined): T {
    if (wanted === undefined) throw this.missed(registry);
    this.metrics.count(registry.packageManager, 'hit');
    return wanted;
  }

  private missed(registry: OpenRegistry): ResourceNotFound {
    this.metrics.count(registry.packageManager, 'miss');
    return new ResourceNotFound();
  }
}
