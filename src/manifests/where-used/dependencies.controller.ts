import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Request } from 'express';
import { type Caller, CurrentCaller, ReadersOnly } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import {
  absoluteUrl,
  API_BASE,
  ApiErrors,
  type LinkFilters,
  type Page,
  pageMeta,
  ResourceNotFound,
  type Tag,
} from '../../http/index.js';
import { ApiReaders, artifactHosts, RequestVisibility } from '../../requests/index.js';
import { searchTerms } from './search-terms.js';
import { WhereUsed } from './where-used.js';
import { ArtifactView, UseView, WhereUsedQuery } from './where-used.dto.js';

const TAG: Tag = 'dependencies';

/** The catalogue: what is used where, and what was archived. */
@ApiTags(TAG)
@ReadersOnly()
@ApiReaders()
@ApiExtraModels(UseView)
@Controller(`${API_BASE}/dependencies`)
export class DependenciesController {
  constructor(
    private readonly configuration: Configuration,
    private readonly whereUsed: WhereUsed,
    private readonly visibility: RequestVisibility,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Where a dependency is used',
    description:
      'One item per dependency of a package of a request, newest request first. Search by `purl`, or by `type` and ' +
      '`name` with or without `version` or `range`, or by `sha256`. Stale requests count: evidence outlives bundles.',
  })
  @ApiOkResponse({
    description: 'A page of uses',
    schema: {
      type: 'object',
      properties: {
        items: { type: 'array', items: { $ref: getSchemaPath(UseView) } },
        meta: { type: 'object', example: { page: 1, pages: 1, per_page: 10, total: 1, next: null, previous: null } },
      },
    },
  })
  @ApiErrors(400, [404, 'There is no such page'], [501, 'The `range` is of a type whose ranges are not supported yet'])
  async search(
    @Query() query: WhereUsedQuery,
    @CurrentCaller() caller: Caller,
    @Req() http: Request,
  ): Promise<Page<UseView>> {
    const terms = searchTerms(query);
    const perPage = Math.min(query.per_page, this.configuration.server.maxPerPage);
    const hiddenHosts = this.visibility.hiddenFrom(caller);
    const filter = { dev: query.dev, state: query.state, labels: query.label, hiddenHosts };
    const { total, items } = await this.whereUsed.page(terms, filter, query.page, perPage);
    const url = absoluteUrl(http, this.configuration, 'dependencies');
    return { items, meta: pageMeta(url, { page: query.page, perPage, total }, linkFilters(query)) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One archived file' })
  @ApiParam({ name: 'id', description: 'Number of the artifact', example: 1 })
  @ApiOkResponse({ type: ArtifactView, description: 'The artifact' })
  @ApiErrors(404)
  async show(@Param('id') id: number, @CurrentCaller() caller: Caller): Promise<ArtifactView> {
    const artifact = await this.whereUsed.artifact(id);
    if (artifact === undefined) throw new ResourceNotFound();
    const hidden = this.visibility.hiddenFrom(caller);
    if (hidden.length > 0 && (await this.whereUsed.originsOf(artifact)).every((each) => isFrom(each, hidden))) {
      throw new ResourceNotFound();
    }
    return artifact;
  }
}

function isFrom(origin: Parameters<typeof artifactHosts>[0], hosts: readonly string[]): boolean {
  return artifactHosts(origin).some((host) => hosts.includes(host));
}

function linkFilters(query: WhereUsedQuery): LinkFilters {
  const { purl, type, name, version, range, sha256, dev, state, label } = query;
  const given = Object.entries({ purl, type, name, version, range, sha256, dev: dev?.toString(), state });
  const filters = given.flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, value]]));
  return [...filters, ...(label.length === 0 ? [] : [['label', label] as const])];
}
