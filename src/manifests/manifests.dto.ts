import { ApiProperty } from '@nestjs/swagger';
import { QueryChoice, QueryText } from '../http/index.js';
import { SBOM_FORMATS, type SbomFormat } from './sbom-formats.js';

const REQUESTS = {
  description: 'Ids of complete requests, separated by commas; without it the document is empty',
  maxLength: 20_000,
  example: '1,2,3',
};

/** Query of `GET /content-manifest`. */
export class ContentManifestQuery {
  @QueryText(REQUESTS)
  requests = '';
}

/** Query of `GET /sbom`. */
export class CombinedSbomQuery {
  @QueryText(REQUESTS)
  requests = '';

  @QueryChoice(SBOM_FORMATS, { description: 'Format of the document', default: 'cyclonedx-1.4' })
  format: SbomFormat = 'cyclonedx-1.4';
}

/** Query of `GET /requests/{id}/sbom`. */
export class SbomQuery {
  @QueryChoice(SBOM_FORMATS, { description: 'Format of the document', default: 'cyclonedx-1.6' })
  format: SbomFormat = 'cyclonedx-1.6';
}

/** Answer of `GET /requests/{id}/build-requirements`. */
export class BuildRequirements {
  @ApiProperty({
    description: 'One item per archived source distribution of the pip packages',
    type: 'array',
    items: { type: 'object' },
    example: [],
  })
  packages: object[];

  @ApiProperty({ description: 'Text for a `requirements-build.in`', example: '' })
  suggested_requirements_build: string;
}
