import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpProblem, quote } from '../../http/index.js';
import { ArchiveStore } from '../../store/index.js';
import type { OpenRegistry } from '../access/open-registries.js';
import { RegistryMetrics } from '../registry-metrics.js';
import { answerArchived, type ServedFile } from '../served-file.js';
import { answerText } from '../served-text.js';
import { projectHtml, projectJson, projectsHtml, projectsJson } from './index-pages.js';
import { PAGE_TYPES, pageFormat } from './page-format.js';
import { type LockedFile, PypiContent } from './pypi-content.js';
import type { PypiTarget } from './pypi-path.js';

/** Whatever becomes of the request, a client asks again soon; only the request's user may keep it that long. */
const KEPT_A_WHILE = 'private, max-age=300';
const OF_FILES = { 'Cache-Control': KEPT_A_WHILE, Vary: 'Authorization' };
const OF_PAGES = { 'Cache-Control': KEPT_A_WHILE, Vary: 'Accept, Authorization' };

/** The name of a wheel's metadata is the name of the wheel and this (PEP 658). */
const METADATA = '.metadata';

/** Serves a request's Python files to pip and uv: what is locked, and for everything else 404. */
@Injectable()
export class PypiRegistry {
  private readonly logger = new Logger('Registries');

  constructor(
    private readonly content: PypiContent,
    private readonly store: ArchiveStore,
    private readonly metrics: RegistryMetrics,
  ) {}

  /** Answers `GET` or `HEAD`. Throws `HttpProblem` (404, 406, 416) and `FileAccessError` (a file is lost). */
  async answer(registry: OpenRegistry, target: PypiTarget, request: Request, response: Response): Promise<void> {
    switch (target.kind) {
      case 'unknown':
        throw this.missed(registry, 'This address', request);
      case 'elsewhere':
        return redirect(request, response, target.location);
      case 'projects':
        return this.answerProjects(registry, request, response);
      case 'project':
        return this.answerProject(registry, target.project, request, response);
      case 'file':
        return this.answerFile(registry, target, request, response);
      case 'raw':
        return this.answerRaw(registry, target, request, response);
    }
  }

  private async answerProjects(registry: OpenRegistry, request: Request, response: Response): Promise<void> {
    const projects = await this.content.projectsOf(registry.setId);
    this.metrics.count(registry.packageManager, 'hit');
    answerPage(request, response, { json: () => projectsJson(projects), html: () => projectsHtml(projects) });
  }

  private async answerProject(
    registry: OpenRegistry,
    project: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const files = await this.content.filesOf(registry.setId, project);
    if (files.length === 0) throw this.missed(registry, `The project ${project}`, request);
    this.metrics.count(registry.packageManager, 'hit');
    answerPage(request, response, { json: () => projectJson(project, files), html: () => projectHtml(project, files) });
  }

  private async answerFile(
    registry: OpenRegistry,
    { project, version, file }: { project: string; version: string; file: string },
    request: Request,
    response: Response,
  ): Promise<void> {
    const files = await this.content.filesOf(registry.setId, project);
    const served = findFile(
      files.filter((each) => each.version === version),
      file,
    );
    return this.answerBytes(registry, file, served, request, response);
  }

  private async answerRaw(
    registry: OpenRegistry,
    { directory, file }: { directory: string; file: string },
    request: Request,
    response: Response,
  ): Promise<void> {
    const files = await this.content.filesOf(registry.setId, directory);
    const served = files.find((each) => each.file === file);
    return this.answerBytes(registry, file, served, request, response);
  }

  private async answerBytes(
    registry: OpenRegistry,
    name: string,
    served: ServedFile | undefined,
    request: Request,
    response: Response,
  ): Promise<void> {
    if (served === undefined) throw this.missed(registry, `The file ${name}`, request);
    this.metrics.count(registry.packageManager, 'hit');
    const { sha256, size } = served;
    const answer = { sha256, size, name, type: 'application/octet-stream', headers: OF_FILES };
    return answerArchived(request, response, this.store, answer);
  }

  /** pip says of any trouble no more than that it found no version, so that somebody will look for it in the log. */
  private missed(registry: OpenRegistry, what: string, request: Request): HttpProblem {
    this.metrics.count(registry.packageManager, 'miss');
    const { requestId } = registry;
    this.logger.log(`Request ${requestId}: ${request.method} ${quote(request.path)} was refused, it is not locked`);
    return new HttpProblem(
      404,
      `${what} is not part of request ${requestId}, whose registry serves what it has locked and nothing else`,
    );
  }
}

/** The file of that name, or the metadata of a wheel. */
function findFile(files: readonly LockedFile[], name: string): ServedFile | undefined {
  const file = files.find((each) => each.file === name);
  if (file !== undefined || !name.endsWith(METADATA)) return file;
  return files.find((each) => each.file === name.slice(0, -METADATA.length))?.metadata;
}

/** Relative, so that it is right behind any proxy; what stands behind the `?` stays. */
function redirect(request: Request, response: Response, location: string): void {
  const query = request.originalUrl.indexOf('?');
  response.setHeader('Location', location + (query === -1 ? '' : request.originalUrl.slice(query)));
  response.status(301).type('text/plain').send(`This page is at ${location}\n`);
}

function answerPage(request: Request, response: Response, texts: Record<'json' | 'html', () => string>): void {
  const format = pageFormat(request);
  if (format === undefined) {
    response.setHeader('Vary', OF_PAGES.Vary);
    throw new HttpProblem(406, `This page can be had as ${PAGE_TYPES.join(', ')}`);
  }
  answerText(request, response, { text: texts[format.kind](), type: format.contentType, headers: OF_PAGES });
}
