import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { Configuration } from '../config/index.js';
import { absoluteUrl, API_BASE, ApiErrors, CacheableDocuments, publicBase, type Tag } from '../http/index.js';
import { RequestReaders } from '../requests/index.js';
import { buildRequirements } from './build-requirements.js';
import { CYCLONEDX_EXAMPLE, ICM_EXAMPLE, PROVENANCE_EXAMPLE } from './examples.js';
import { type ContentManifest, contentManifest } from './icm.js';
import { ManifestRequests } from './manifest-requests.js';
import { BuildRequirements, SbomQuery } from './manifests.dto.js';
import { Provenances } from './provenance/provenances.js';
import { Sboms } from './sbom/sboms.js';

const TAG: Tag = 'request data';

/** Documents about one request. */
@ApiTags(TAG)
@RequestReaders()
@Controller(`${API_BASE}/requests`)
@CacheableDocuments()
export class RequestManifestsController {
  constructor(
    private readonly configuration: Configuration,
    private readonly requests: ManifestRequests,
    private readonly provenances: Provenances,
    private readonly sboms: Sboms,
  ) {}

  @Get(':id/content-manifest')
  @ApiOperation({
    summary: 'Image content manifest of a request',
    description: 'Packages with their dependencies and sources as package URLs. Of a stale request it has no contents.',
  })
  @ApiOkResponse({ description: 'The manifest', schema: { type: 'object', example: ICM_EXAMPLE } })
  @ApiErrors([400, 'The request is neither complete nor stale; the text names its state'], 404, [
    501,
    'A dependency has no package URL',
  ])
  async contentManifest(@Param('id') id: number): Promise<ContentManifest> {
    const request = await this.requests.finished(id);
    if (request.state === 'stale') return contentManifest([{ ...request, packages: [] }]);
    return contentManifest(await this.requests.withPackages([request]));
  }

  @Get(':id/sbom')
  @ApiOperation({
    summary: 'Software bill of materials of a request',
    description: 'All packages and dependencies, for development or not. Stale requests have theirs too.',
  })
  @ApiOkResponse({ description: 'The document', schema: { type: 'object', example: CYCLONEDX_EXAMPLE } })
  @ApiErrors([400, 'The request is neither complete nor stale, or the format is unknown'], 404, [
    501,
    'A dependency has no package URL',
  ])
  async sbom(@Param('id') id: number, @Query() query: SbomQuery): Promise<object> {
    return this.sboms.about([await this.requests.finished(id)], query.format);
  }

  @Get(':id/provenance')
  @ApiOperation({
    summary: 'How the bundle of a request came to be',
    description:
      'An in-toto statement with a SLSA provenance v1 predicate about the bundle’s SHA-256: the commit, and every file of ' +
      'a dependency with its digest. Where the service has a signing key, the answer is a DSSE envelope with the ' +
      'statement as its payload: `payloadType`, `payload` (base64), `signatures`. Stale requests have theirs too.',
  })
  @ApiOkResponse({ description: 'The statement', schema: { type: 'object', example: PROVENANCE_EXAMPLE } })
  @ApiErrors([400, 'The request is neither complete nor stale, or has no bundle; the text tells'], 404)
  provenance(@Param('id') id: number, @Req() http: Request): Promise<object> {
    const request = absoluteUrl(http, this.configuration, `requests/${id}`);
    return this.provenances.about(id, { service: publicBase(http, this.configuration), request });
  }

  @Get(':id/build-requirements')
  @ApiOperation({
    summary: 'What the archived Python source distributions need to be built',
    description:
      'To build a source distribution, pip asks the index for its build requirements, so they must be pinned, too. ' +
      'This tells which are not: the most common failure of a build without network, before the build. Empty for ' +
      'requests without pip packages. Of stale requests too.',
  })
  @ApiOkResponse({ type: BuildRequirements, description: 'The requirements' })
  @ApiErrors([400, 'The request is neither complete nor stale; the text names its state'], 404)
  async buildRequirements(@Param('id') id: number): Promise<BuildRequirements> {
    return buildRequirements(await this.requests.buildRequirements(id));
  }
}
