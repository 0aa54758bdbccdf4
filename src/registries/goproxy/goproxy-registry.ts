import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpProblem } from '../../http/index.js';
import { ArchiveStore } from '../../store/index.js';
import type { OpenRegistry } from '../access/open-registries.js';
import { RegistryMetrics } from '../registry-metrics.js';
import { answerArchived } from '../served-file.js';
import { answerText } from '../served-text.js';
import { GoproxyContent, type LockedFile } from './goproxy-content.js';
import type { GoproxyTarget, ModuleFileKind } from './goproxy-path.js';
import { latestVersion, listedVersions } from './module-versions.js';

const TYPES: Readonly<Record<ModuleFileKind, string>> = {
  info: 'application/json',
  mod: 'text/plain; charset=utf-8',
  zip: 'application/zip',
};

/** A version never changes; only the request's user may keep it. */
const KEPT_FOR_EVER = { 'Cache-Control': 'private, max-age=31536000, immutable', Vary: 'Authorization' };
const KEPT_A_WHILE = { 'Cache-Control': 'private, max-age=300', Vary: 'Authorization' };

/** Serves a request's modules to `go` (`go help goproxy`): what is locked, and for everything else 404. */
@Injectable()
export class GoproxyRegistry {
  constructor(
    private readonly content: GoproxyContent,
    private readonly store: ArchiveStore,
    private readonly metrics: RegistryMetrics,
  ) {}

  /** Answers `GET` or `HEAD`. Throws `HttpProblem` (404), and `FileAccessError` when the store has lost a file. */
  async answer(registry: OpenRegistry, target: GoproxyTarget, request: Request, response: Response): Promise<void> {
    if (target.kind === 'unknown') throw this.missed(registry, 'This address');
    const files = await this.content.filesOf(registry.setId, target.module);
    switch (target.kind) {
      case 'list':
        if (files.length === 0) throw this.missed(registry, `The module ${target.module}`);
        this.metrics.count(registry.packageManager, 'hit');
        return answerText(request, response, document(lines(listedVersions(files)), TYPES.mod));
      case 'latest':
        return this.answerLatest(registry, target.module, files, request, response);
      default:
        return this.answerFile(registry, target, files, request, response);
    }
  }

  private async answerLatest(
    registry: OpenRegistry,
    module: string,
    files: readonly LockedFile[],
    request: Request,
    response: Response,
  ): Promise<void> {
    const version = latestVersion(files);
    if (version === undefined) throw this.missed(registry, `The module ${module}`);
    this.metrics.count(registry.packageManager, 'hit');
    return answerText(request, response, document(JSON.stringify({ Version: version }), TYPES.info));
  }

  private async answerFile(
    registry: OpenRegistry,
    { kind, module, version }: { kind: ModuleFileKind; module: string; version: string },
    files: readonly LockedFile[],
    request: Request,
    response: Response,
  ): Promise<void> {
    const name = `${module}@${version} (${kind})`;
    const file = files.find((each) => each.version === version && each.kind === kind);
    if (file === undefined) throw this.missed(registry, name);
    this.metrics.count(registry.packageManager, 'hit');
    const { sha256, size } = file;
    const answer = { sha256, size, name, type: TYPES[kind], headers: KEPT_FOR_EVER };
    return answerArchived(request, response, this.store, answer);
  }

  private missed(registry: OpenRegistry, what: string): HttpProblem {
    this.metrics.count(registry.packageManager, 'miss');
    return new HttpProblem(
      404,
      `${what} is not part of request ${registry.requestId}, whose registry serves what it has locked and nothing else`,
    );
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function document(text: string, type: string) {
  return { text, type, headers: KEPT_A_WHILE };
}
