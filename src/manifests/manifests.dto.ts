import { ApiProperty } from '@nestjs/swagger';
import { QueryChoice, QueryText } from '../http/index.js';
import { SBOM_FORMATS, type SbomFormat } from './sbom/sbom-formats.js';

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

/** What one archived source distribution needs to be built. */
class SourceDistributionNeeds {
  @ApiProperty({ description: 'Name, as reported', example: 'storm-kit' })
  name: string;

  @ApiProperty({ description: 'Version, as reported', example: '1.2' })
  version: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Build backend that its `pyproject.toml` names; null if it names none',
    example: 'setuptools.build_meta',
  })
  backend: string | null;

  @ApiProperty({
    type: [String],
    description: 'What it says that it needs, in `pyproject.toml`, `setup.cfg` or `setup.py`, which is not run',
    example: ['setuptools>=68', 'wheel'],
  })
  requires: string[];

  @ApiProperty({
    type: [String],
    description: 'What of it no requirements file of the request satisfies',
    example: ['setuptools>=68'],
  })
  missing: string[];
}

/** Answer of `GET /requests/{id}/build-requirements`. */
export class BuildRequirements {
  @ApiProperty({
    type: [SourceDistributionNeeds],
    description: 'One item per archived source distribution of the pip packages, by name and version',
  })
  packages: SourceDistributionNeeds[];

  @ApiProperty({
    description:
      'Text for a `requirements-build.in` with what is missing; pin it with a tool such as pip-compile to get a ' +
      '`requirements-build.txt`. Empty when nothing is missing',
    example:
      '# What source distributions need to be built and no requirements file names; who needs it:\n' +
      '#   setuptools>=68: storm-kit 1.2\nsetuptools>=68\n',
  })
  suggested_requirements_build: string;
}
