import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ReadersOnly } from '../auth/index.js';
import { API_BASE, type Tag } from '../http/index.js';
import { ApiReaders } from '../requests/index.js';
import { ShortStatus, StatusReport } from './status.dto.js';
import { StatusService } from './status.service.js';

const TAG: Tag = 'status';

/** Whether the service can work, and what is wrong if it cannot. */
@ApiTags(TAG)
@ReadersOnly()
@ApiReaders()
@Controller(`${API_BASE}/status`)
export class StatusController {
  constructor(private readonly status: StatusService) {}

  @Get()
  @ApiOperation({
    summary: 'State of all parts of the service',
    description:
      'Always 200: what does not work is in the answer. Each part is asked now and has five seconds to answer.',
  })
  @ApiOkResponse({ type: StatusReport, description: 'Always 200' })
  report(): Promise<StatusReport> {
    return this.status.report();
  }

  @Get('short')
  @ApiOperation({
    summary: 'Whether the service can work',
    description: 'For monitors: 503 names the first problem. One dead worker among others is no problem.',
  })
  @ApiOkResponse({ type: ShortStatus, description: 'Everything works' })
  @ApiResponse({
    status: 503,
    type: ShortStatus,
    description: 'Something is wrong; `reason` says what',
    example: { ok: false, reason: 'no workers are available' },
  })
  async short(@Res({ passthrough: true }) response: Response): Promise<ShortStatus> {
    const reason = await this.status.problem();
    if (reason === undefined) return { ok: true };
    response.status(503);
    return { ok: false, reason };
  }
}
