import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Configuration } from '../config/index.js';
import { absoluteUrl, API_BASE, ApiErrors, LargeDocuments, type Tag } from '../http/index.js';
import { CYCLONEDX_EXAMPLE, ICM_EXAMPLE } from './examples.js';
import { type ContentManifest, contentManifest } from './icm.js';
import { ManifestRequests } from './manifest-requests.js';
import { CombinedSbomQuery, ContentManifestQuery } from './manifests.dto.js';
import { parseRequestIds } from './requested-ids.js';
import { sbom } from './sbom/sbom-formats.js';

const TAG: Tag = 'request data';
/** Date of a document about no request. */
const EPOCH = '1970-01-01T00:00:00Z';

/** Documents about several requests at once. */
@ApiTags(TAG)
@Controller(API_BASE)
@LargeDocuments()
export class CombinedManifestsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly requests: ManifestRequests,
  ) {}

  @Get('content-manifest')
  @ApiOperation({
    summary: 'Image content manifest of several requests',
    description:
      'The contents of all requests, sorted by package URL; equal entries of different requests are all kept.',
  })
  @ApiOkResponse({ description: 'The manifest', schema: { type: 'object', example: ICM_EXAMPLE } })
  @ApiErrors(
    [400, 'Not an integer, an unknown request, or one that is not complete'],
    [501, 'A dependency has no package URL'],
  )
  async contentManifest(@Query() query: ContentManifestQuery): Promise<ContentManifest> {
    return contentManifest(await this.requests.complete(parseRequestIds(query.requests)));
  }

  @Get('sbom')
  @ApiOperation({
    summary: 'Software bill of materials of several requests',
    description: 'Components of all requests; equal ones are merged.',
  })
  @ApiOkResponse({ description: 'The document', schema: { type: 'object', example: CYCLONEDX_EXAMPLE } })
  @ApiErrors(
    [400, 'Not an integer, an unknown request, one that is not complete, or an unknown format'],
    [501, 'A dependency has no package URL'],
  )
  async sbom(@Query() query: CombinedSbomQuery, @Req() http: Request): Promise<object> {
    const requests = await this.requests.complete(parseRequestIds(query.requests));
    const created =
      requests
        .map(({ updated }) => updated)
        .sort()
        .at(-1) ?? EPOCH;
    return sbom(query.format, requests, { address: absoluteUrl(http, this.configuration, 'sbom'), created });
  }
}
