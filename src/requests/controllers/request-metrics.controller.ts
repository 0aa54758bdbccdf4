import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { type Caller, CurrentCaller, ReadersOnly } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import { absoluteUrl, API_BASE, ApiErrors, type Page, pageMeta } from '../../http/index.js';
import { MetricsQuery, SummaryQuery } from '../dto/queries.dto.js';
import { MetricsPageDocument, SummaryDocument } from '../dto/views.dto.js';
import { type MetricsSummary, type RequestMetric, RequestMetrics } from '../metrics/request-metrics.js';
import { ApiReaders } from '../visibility/request-readers.js';
import { RequestVisibility } from '../visibility/request-visibility.js';

/** `/request-metrics`: how long requests take and how they end. */
@ApiTags('metrics')
@ReadersOnly()
@ApiReaders()
@Controller(`${API_BASE}/request-metrics`)
export class RequestMetricsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly metrics: RequestMetrics,
    private readonly visibility: RequestVisibility,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Durations of finished requests',
    description: 'One item per request that was ever complete or failed.',
  })
  @ApiOkResponse({ type: MetricsPageDocument, description: 'One page' })
  @ApiErrors(400, [404, 'There is no such page'])
  async list(
    @Query() query: MetricsQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Page<RequestMetric>> {
    const url = absoluteUrl(request, this.configuration, 'request-metrics');
    const perPage = Math.min(query.per_page, this.configuration.server.maxPerPage);
    const filters: [string, string | undefined][] = [
      ['finished_from', query.finished_from?.utc],
      ['finished_to', query.finished_to?.utc],
      ['error_origin', query.error_origin],
      ['error_type', query.error_type],
    ];
    const [from, to, errorOrigin, errorType] = filters.map(([, value]) => value);
    const hiddenHosts = this.visibility.hiddenFrom(caller);
    const filter = { from, to, errorOrigin, errorType, hiddenHosts };
    const { total, items } = await this.metrics.page(filter, query.page, perPage);
    const given = filters.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    return { items, meta: pageMeta(url, { page: query.page, perPage, total }, given) };
  }

  @Get('summary')
  @ApiOperation({
    summary: 'Averages and counts',
    description: 'Of the requests that were finished between two times.',
  })
  @ApiOkResponse({ type: SummaryDocument, description: 'Seconds; null when nothing was finished' })
  @ApiErrors(400)
  async summary(@Query() query: SummaryQuery, @CurrentCaller() caller: Caller): Promise<MetricsSummary> {
    const hiddenHosts = this.visibility.hiddenFrom(caller);
    return this.metrics.summary(query.finished_from.utc, query.finished_to.utc, hiddenHosts);
  }
}
