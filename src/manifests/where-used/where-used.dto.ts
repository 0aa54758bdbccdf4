import { ApiProperty } from '@nestjs/swagger';
import { QueryBoolean, QueryChoice, QueryInteger, QueryText, QueryTexts } from '../../http/index.js';
import { REQUEST_STATE_NAMES, type RequestStateName } from '../../requests/index.js';

const COMPONENT_TYPES = ['gomod', 'go-package', 'npm', 'yarn', 'pip', 'rubygems', 'git-submodule'] as const;

/** Query of `GET /dependencies`. */
export class WhereUsedQuery {
  @QueryText({
    description: 'Package URL; without a version all versions are found',
    maxLength: 2000,
    example: 'pkg:npm/kite@2.1.3',
  })
  purl?: string;

  @QueryChoice(COMPONENT_TYPES, { description: 'Type; goes with `name`' })
  type?: string;

  @QueryText({ description: 'Exact name; goes with `type`', minLength: 1, maxLength: 2000 })
  name?: string;

  @QueryText({ description: 'Exact version; goes with `type` and `name`', minLength: 1, maxLength: 2000 })
  version?: string;

  @QueryText({
    description:
      'Versions in this range, in the syntax of the ecosystem; goes with `type` (npm, yarn or pip) and `name`. As ' +
      'there, prereleases count only where the range names one, and addresses and paths are in no range. For pip it ' +
      'is a version specifier such as `>=1.2,<2`',
    minLength: 1,
    maxLength: 1000,
    example: '^2.1.0',
  })
  range?: string;

  @QueryText({ description: 'SHA-256 of an archived file', pattern: /^[a-f0-9]{64}$/ })
  sha256?: string;

  @QueryBoolean({ description: 'Only dependencies for development, or only others' })
  dev?: boolean;

  @QueryChoice(REQUEST_STATE_NAMES, { description: 'Only in requests in this state' })
  state?: RequestStateName;

  @QueryTexts({
    description: 'Only in requests with this label, `key:value`; repeat it for several',
    pattern: /^[a-z0-9._-]{1,63}:[^]*$/,
    maxLength: 319,
    atMost: 20,
  })
  label: string[] = [];

  @QueryInteger({ description: 'Which page, from 1', minimum: 1, default: 1 })
  page = 1;

  @QueryInteger({ description: 'Items per page; capped at `CACHITO_MAX_PER_PAGE`', minimum: 1, default: 10 })
  per_page = 10;
}

class UsingRequest {
  @ApiProperty({ description: 'Number of the request', example: 17 })
  id: number;

  @ApiProperty({ description: 'As submitted', example: 'https://github.com/acme-labs/weather-hub.git' })
  repo: string;

  @ApiProperty({ description: 'The commit', example: '0123456789abcdef0123456789abcdef01234567' })
  ref: string;

  @ApiProperty({ description: 'Its present state', enum: REQUEST_STATE_NAMES, example: 'stale' })
  state: RequestStateName;

  @ApiProperty({ description: 'When, UTC', type: String, nullable: true, example: '2026-03-01T12:00:00.000000' })
  created: string | null;

  @ApiProperty({ description: 'Its labels', type: 'object', additionalProperties: { type: 'string' }, example: {} })
  labels: Record<string, string>;
}

class UsingPackage {
  @ApiProperty({ description: 'Name', example: 'dash' })
  name: string;

  @ApiProperty({ description: 'Type', example: 'npm' })
  type: string;

  @ApiProperty({ description: 'Version', type: String, nullable: true, example: '1.0.0' })
  version: string | null;

  @ApiProperty({ description: 'Relative to the repository', example: 'web/ui' })
  path: string;
}

/** One use: a dependency of a package of a request. */
export class UseView {
  @ApiProperty({ description: 'Type of the dependency', example: 'npm' })
  type: string;

  @ApiProperty({ description: 'Name', example: 'kite' })
  name: string;

  @ApiProperty({
    description: 'Version; null for the Go standard library',
    type: String,
    nullable: true,
    example: '2.1.3',
  })
  version: string | null;

  @ApiProperty({ description: 'Package URL', type: String, nullable: true, example: 'pkg:npm/kite@2.1.3' })
  purl: string | null;

  @ApiProperty({ description: 'For development only', example: false })
  dev: boolean;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The archived file; null for what is local, vendored or bundled',
    example: 812,
  })
  artifact_id: number | null;

  @ApiProperty({ description: 'Who depends on it', type: UsingRequest })
  request: UsingRequest;

  @ApiProperty({ description: 'The package of that request', type: UsingPackage })
  package: UsingPackage;

  @ApiProperty({
    type: [String],
    nullable: true,
    description: 'One shortest chain by the lock file; null if unknown',
    example: ['dash@1.0.0', 'rainbar@3.2.0', 'kite@2.1.3'],
  })
  path: string[] | null;
}

/** One archived file. */
export class ArtifactView {
  @ApiProperty({ description: 'Ecosystem', example: 'npm' })
  type: string;

  @ApiProperty({ description: 'Name', example: 'kite' })
  name: string;

  @ApiProperty({ description: 'Version', example: '2.1.3' })
  version: string;

  @ApiProperty({ description: 'Where it came from', example: 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz' })
  upstream: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Hexadecimal, by algorithm',
    example: { sha256: 'c'.repeat(64) },
  })
  digests: Record<string, string>;

  @ApiProperty({ description: 'Bytes', example: 40960 })
  size: number;

  @ApiProperty({ description: 'When it was archived, UTC', example: '2026-03-01T12:00:00.000000' })
  first_seen: string;

  @ApiProperty({
    description: 'Where the digest came from that its bytes were checked against; `none` if there was none',
    example: 'package-lock.json',
  })
  verified_by: string;

  @ApiProperty({ description: 'Package URL', type: String, nullable: true, example: 'pkg:npm/kite@2.1.3' })
  purl: string | null;
}
