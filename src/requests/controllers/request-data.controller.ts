import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Caller, CurrentCaller, RolesRequired } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import type { RequestPackages } from '../../dependencies/index.js';
import { InvalidQueryParameters } from '../../errors/index.js';
import { API_BASE, ApiErrors, HttpProblem, JsonBody, LargeDocuments, publicBase, ResourceNotFound } from '../../http/index.js';
import { BuildModeQuery, EnvironmentVariablesQuery } from '../dto/queries.dto.js';
import { PackagesDocument } from '../dto/views.dto.js';
import { ConfigurationFileBody } from '../dto/worker.dto.js';
import { EventStreams } from '../live/event-streams.js';
import { RequestLogs } from '../logs/request-logs.js';
import { type ConfigurationFileView, RequestData } from '../views/request-data.js';
import { RequestReaders } from '../visibility/request-readers.js';
import { RequestVisibility } from '../visibility/request-visibility.js';

/** Bytes: a package manager's lock file may be among the files. */
const MAX_FILES_BODY = 16 * 1024 * 1024;

/** The parts of a request that have addresses of their own. */
@ApiTags('request data')
@RequestReaders()
@Controller(`${API_BASE}/requests/:id`)
export class RequestDataController {
  constructor(
    private readonly configuration: Configuration,
    private readonly data: RequestData,
    private readonly logs: RequestLogs,
    private readonly streams: EventStreams,
    private readonly visibility: RequestVisibility,
  ) {}

  @Get('configuration-files')
  @ApiOperation({
    summary: 'Configuration files for the build',
    description:
      'Write each one to its path below the unpacked bundle. They point the build at the locked registries of this ' +
      'request (with credentials that end with it) or, with `mode=offline`, at the files of the bundle.',
  })
  @ApiOkResponse({ type: [ConfigurationFileBody], description: 'Sorted by path; empty if there are none' })
  @ApiErrors(400, 404)
  async configurationFiles(
    @Param('id') id: number,
    @Query() query: BuildModeQuery,
    @Req() request: Request,
  ): Promise<ConfigurationFileView[]> {
    checkMode(query);
    const publicUrl = publicBase(request, this.configuration);
    return this.data.configurationFiles(id, query.mode, { publicUrl, bundleDirectory: query.bundle_dir });
  }

  @Post('configuration-files')
  @HttpCode(204)
  @RolesRequired('worker')
  @JsonBody({ items: ConfigurationFileBody, limit: MAX_FILES_BODY })
  @ApiOperation({
    summary: 'Add configuration files (worker)',
    description: 'A file of the same path is replaced; repeating a call is harmless. Contents are not decoded.',
  })
  @ApiNoContentResponse({ description: 'Added' })
  @ApiErrors(400, 401, 403, 404, 413, 415)
  async addConfigurationFiles(@Param('id') id: number, @Body() files: ConfigurationFileBody[]): Promise<void> {
    await this.data.addConfigurationFiles(id, files);
  }

  @Get('environment-variables')
  @ApiOperation({
    summary: 'Environment variables for the build',
    description:
      'Values of kind `path` are relative to the unpacked bundle. Some hold credentials of the locked registry, which ' +
      'end with the request. With `mode=offline`: those for a build from the bundle alone.',
  })
  @ApiOkResponse({
    description: 'Name → value and kind',
    schema: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: { value: { type: 'string' }, kind: { type: 'string', enum: ['path', 'literal'] } },
      },
      example: {
        GOSUMDB: { value: 'off', kind: 'literal' },
        PIP_INDEX_URL: {
          value: 'https://cachito-pip-17:0123456789abcdef01234567@cachito.example.org/repository/cachito-pip-hosted-17/simple',
          kind: 'literal',
        },
      },
    },
  })
  @ApiErrors(400, 404)
  async environmentVariables(
    @Param('id') id: number,
    @Query() query: EnvironmentVariablesQuery,
    @Req() request: Request,
  ): Promise<Record<string, { value: string; kind: string }>> {
    checkMode(query);
    const values = { publicUrl: publicBase(request, this.configuration), bundleDirectory: query.bundle_dir };
    return this.data.environmentVariables(id, query, values);
  }

  @Get('packages')
  @LargeDocuments()
  @ApiOperation({ summary: 'Packages and dependencies', description: 'What was found, whatever the state is now.' })
  @ApiOkResponse({ type: PackagesDocument, description: 'As in the request; `replaces` only where there is one' })
  @ApiErrors(
    [404, 'There is no such request, or nothing was found yet'],
    [500, 'The request is complete, but its package data is missing'],
  )
  async packages(@Param('id') id: number): Promise<RequestPackages> {
    return this.data.packages(id);
  }

  @Get('logs')
  @ApiOperation({ summary: 'Log of the work on a request', description: 'Plain text, one line per event, UTC.' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The log so far', schema: { type: 'string' } })
  @ApiErrors([404, 'There is no such request, no log of it, or logs are not kept here'], 410)
  async log(@Param('id') id: number, @Res() response: Response): Promise<void> {
    const path = this.logs.path(id);
    if (path === undefined) throw new ResourceNotFound();
    const state = await this.data.state(id);
    const size = await stat(path).then(
      (file) => file.size,
      () => undefined,
    );
    if (size === undefined && state === 'stale')
      throw new HttpProblem(410, 'The logs of this request are gone: it is stale');
    if (size === undefined && state !== 'in_progress') throw new ResourceNotFound();
    response.type('text/plain; charset=utf-8');
    if (size === undefined || size === 0) {
      response.end();
      return;
    }
    // What is appended meanwhile is left for the next call.
    await pipeline(createReadStream(path, { end: size - 1 }), response).catch(() => response.destroy());
  }

  @Get('events')
  @ApiOperation({
    summary: 'Watch a request',
    description:
      'Server-sent events: first the present state, then `state` (`{state, state_reason, updated}`), `progress` ' +
      '(`{step, package_manager?, done, total, unit}`) and `log` (`{time, level, message}`) until the state is ' +
      'final; then the stream ends. A comment every 15 s keeps it open. Who connects again gets the present state ' +
      'first; nothing is replayed.',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'The stream', schema: { type: 'string' } })
  @ApiErrors(404)
  async events(
    @Param('id') id: number,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const isRestricted = this.visibility.hiddenFrom(caller).length > 0;
    const maySee = isRestricted ? (): Promise<boolean> => this.visibility.isVisible(id, caller) : undefined;
    if (request.method === 'HEAD') {
      await this.data.state(id);
      response.type('text/event-stream').end();
    } else if (!(await this.streams.stream(id, response, maySee))) {
      throw new ResourceNotFound();
    }
  }
}

function checkMode({ mode, bundle_dir: directory }: BuildModeQuery): void {
  if (directory !== undefined && mode !== 'offline') {
    throw new InvalidQueryParameters('bundle_dir is not valid: it is for mode=offline only');
  }
}
