import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { DatabaseError } from '../errors/index.js';
import { ApiErrors, type Tag } from '../http/index.js';
import { Metrics } from '../observability/index.js';
import { ShortStatus } from './status.dto.js';
import { StatusService } from './status.service.js';

const TAG: Tag = 'status';

/** What orchestrators and monitors ask, outside the base path of the API. */
@ApiTags(TAG)
@Controller()
export class HealthController {
  constructor(
    private readonly status: StatusService,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthcheck')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Whether requests can be read from the database' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'They can', schema: { type: 'string', example: 'OK' } })
  @ApiErrors([500, 'They cannot'])
  async healthcheck(): Promise<string> {
    try {
      await this.status.checkRequests();
    } catch (error) {
      throw new DatabaseError('The database cannot be read.', { cause: error });
    }
    return 'OK';
  }

  @Get('healthz')
  @ApiOperation({
    summary: 'Liveness: whether this process answers',
    description: 'Asks no other part. A process that does not answer should be restarted.',
  })
  @ApiOkResponse({ type: ShortStatus, description: 'It does' })
  healthz(): ShortStatus {
    return { ok: true };
  }

  @Get('readyz')
  @ApiOperation({
    summary: 'Readiness: whether this process can serve calls',
    description: 'Asks database, queue and store.',
  })
  @ApiOkResponse({ type: ShortStatus, description: 'It does' })
  @ApiResponse({
    status: 503,
    type: ShortStatus,
    description: 'Not now; `reason` says why',
    example: { ok: false, reason: 'database unavailable: connection failed' },
  })
  async readyz(@Res({ passthrough: true }) response: Response): Promise<ShortStatus> {
    const reason = await this.status.unreadyReason();
    if (reason === undefined) return { ok: true };
    response.status(503);
    return { ok: false, reason };
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics of this process and of the requests, for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'Text format of Prometheus',
    schema: { type: 'string', example: 'cachito_requests_count{state="total"} 12' },
  })
  async readMetrics(@Res() response: Response): Promise<void> {
    const text = await this.metrics.text();
    response.setHeader('Content-Type', this.metrics.contentType);
    response.end(text);
  }
}
