import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, ReadersOnly } from '../auth/index.js';
import { API_BASE, ApiErrors, CacheableDocuments, type Tag } from '../http/index.js';
import { ApiReaders } from '../requests/index.js';
import { CYCLONEDX_EXAMPLE, ICM_EXAMPLE } from './examples.js';
import { type ContentManifest, contentManifest } from './icm.js';
import { ManifestRequests } from './manifest-requests.js';
import { CombinedSbomQuery, ContentManifestQuery } from './manifests.dto.js';
import { parseRequestIds } from './requested-ids.js';
import { Sboms } from './sbom/sboms.js';

const TAG: Tag = 'request data';

/** Documents about several requests at once. */
@ApiTags(TAG)
@ReadersOnly()
@ApiReaders()
@Controller(API_BASE)
@CacheableDocuments()
export class CombinedManifestsController {
  constructor(
    private readonly requests: ManifestRequests,
    private readonly sboms: Sboms,
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
  async contentManifest(@Query() query: ContentManifestQuery, @CurrentCaller() caller: Caller): Promise<ContentManifest> {
    const requests = await this.requests.complete(parseRequestIds(query.requests), caller);
    return contentManifest(await this.requests.withPackages(requests));
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
  async sbom(@Query() query: CombinedSbomQuery, @CurrentCaller() caller: Caller): Promise<object> {
    return this.sboms.about(await this.requests.complete(parseRequestIds(query.requests), caller), query.format);
  }
}
