import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RolesRequired } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import { ValidationError } from '../../errors/index.js';
import { API_BASE, ApiErrors, HttpProblem, JsonBody } from '../../http/index.js';
import { cutOff } from './cut-off.js';
import { Maintenance } from './maintenance.js';
import { CleanupReport, CollectBody, CollectReport, PruneBody, PruneReport } from './maintenance.dto.js';

const BUSY = 'Another process does the same just now';

/** What the service does by itself from time to time, done now: for administrators. The commands do the same. */
@ApiTags('maintenance')
@Controller(`${API_BASE}/maintenance`)
export class MaintenanceController {
  constructor(
    private readonly configuration: Configuration,
    private readonly maintenance: Maintenance,
  ) {}

  @Post('cleanup')
  @HttpCode(200)
  @RolesRequired('administrator')
  @ApiOperation({
    summary: 'Clean up (administrator)',
    description:
      'Marks requests as stale whose lifetime is over, and removes old idempotency keys, expired evidence and abandoned ' +
      'temporary files. The service does the same every few minutes.',
  })
  @ApiOkResponse({ type: CleanupReport, description: 'What was done' })
  @ApiErrors(401, 403, [409, BUSY])
  async cleanup(): Promise<CleanupReport> {
    const expired = unlessBusy(await this.maintenance.expire());
    return { expired, tidied: (await this.maintenance.tidy()) ?? false };
  }

  @Post('prune-archives')
  @HttpCode(200)
  @RolesRequired('administrator')
  @JsonBody({ optional: true })
  @ApiOperation({
    summary: 'Remove archived sources that nobody asks for (administrator)',
    description:
      'Those whose latest request was made before a date. Only looks, unless `dry_run` is false. Blobs are freed by the ' +
      'next collection. A caller who goes away ends it; what was removed until then stays removed.',
  })
  @ApiOkResponse({ type: PruneReport, description: 'What was removed, or would be' })
  @ApiErrors(400, 401, 403, [409, BUSY], 413, 415)
  async prune(@Body() body: PruneBody, @Res({ passthrough: true }) response: Response): Promise<PruneReport | undefined> {
    const { archivesDefaultAge, archivesMinimumAge } = this.configuration.worker;
    const olderThan = cutOff(body.older_than, archivesDefaultAge, archivesMinimumAge);
    if ('problem' in olderThan) throw new ValidationError(`older_than is not valid: it ${olderThan.problem}`);
    const sources: PruneReport['sources'] = [];
    return whileThere(response, async (signal) => {
      const options = { olderThan, limit: body.limit, execute: !body.dry_run, signal };
      const pruning = this.maintenance.prune(options, ({ repoName, ref, withSubmodules, size, lastRequested }) => {
        const names = { repo_name: repoName, with_submodules: withSubmodules, last_requested: lastRequested };
        sources.push({ ...names, ref, size });
      });
      unlessBusy(await pruning);
      return { dry_run: body.dry_run, sources };
    });
  }

  @Post('collect-blobs')
  @HttpCode(200)
  @RolesRequired('administrator')
  @JsonBody({ optional: true })
  @ApiOperation({
    summary: 'Delete stored blobs that nothing refers to (administrator)',
    description:
      'Only looks, unless `dry_run` is false. The service collects once a night. It reads the list of all blobs, which ' +
      'may take minutes; a caller who goes away ends it.',
  })
  @ApiOkResponse({ type: CollectReport, description: 'What was found and deleted' })
  @ApiErrors(400, 401, 403, [409, BUSY], 413, 415)
  async collect(
    @Body() body: CollectBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CollectReport | undefined> {
    return whileThere(response, async (signal) => {
      const stores = unlessBusy(await this.maintenance.collect({ execute: !body.dry_run, signal }));
      return { dry_run: body.dry_run, stores };
    });
  }
}

function unlessBusy<Result>(result: Result | undefined): Result {
  if (result === undefined) throw new HttpProblem(409, BUSY);
  return result;
}

/** Does what the caller waits for; undefined when they have gone, for nobody gets the answer. */
async function whileThere<Report>(
  response: Response,
  work: (signal: AbortSignal) => Promise<Report>,
): Promise<Report | undefined> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    return await work(gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    return undefined;
  }
}
