import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';
import { Optional } from '../../http/index.js';

/** Sources of one answer. */
const MAX_SOURCES = 10_000;

/** Body of `POST /maintenance/collect-blobs`. */
export class CollectBody {
  @ApiPropertyOptional({ description: 'Only look, and delete nothing', type: 'boolean', default: true, example: true })
  @Optional()
  @IsBoolean()
  dry_run = true;
}

/** Body of `POST /maintenance/prune-archives`. */
export class PruneBody extends CollectBody {
  @ApiPropertyOptional({
    description:
      'Sources that were last asked for before this date, UTC; `CACHITO_ARCHIVES_DEFAULT_AGE_DAYS` ago unless told. It ' +
      'must be older than `CACHITO_ARCHIVES_MINIMUM_AGE_DAYS`',
    example: '2024-01-31',
  })
  @Optional()
  @IsString()
  older_than?: string;

  @ApiPropertyOptional({
    description: 'Looks at so many sources at most',
    type: 'integer',
    minimum: 1,
    maximum: MAX_SOURCES,
    default: 1000,
    example: 1000,
  })
  @Optional()
  @Max(MAX_SOURCES)
  @Min(1)
  @IsInt()
  limit = 1000;
}

export class CleanupReport {
  @ApiProperty({ description: 'Requests that became stale', example: 3 })
  expired: number;

  @ApiProperty({
    description: 'Whether left-over keys, evidence and files were removed; false while another process does so',
    example: true,
  })
  tidied: boolean;
}

class PrunedSource {
  @ApiProperty({ description: 'Path of the repository', example: 'team/app' })
  repo_name: string;

  @ApiProperty({ description: 'The commit', example: '0123456789abcdef0123456789abcdef01234567' })
  ref: string;

  @ApiProperty({ description: 'Whether its submodules belong to it', example: false })
  with_submodules: boolean;

  @ApiProperty({ description: 'Bytes of its files', example: 40960 })
  size: number;

  @ApiProperty({ description: 'When it was last asked for, UTC', example: '2024-01-30T12:00:00.000000' })
  last_requested: string;
}

export class PruneReport {
  @ApiProperty({ description: 'Whether nothing was removed', example: true })
  dry_run: boolean;

  @ApiProperty({ description: 'What was removed, or would be', type: [PrunedSource] })
  sources: PrunedSource[];
}

class CollectedStore {
  @ApiProperty({ description: 'Which store', enum: ['archive', 'bundles'], example: 'archive' })
  store: 'archive' | 'bundles';

  @ApiProperty({ description: 'Blobs in it', example: 1200 })
  blobs: number;

  @ApiProperty({ description: 'How many of them nothing refers to, for longer than a day', example: 20 })
  unreferenced: number;

  @ApiProperty({ description: 'Bytes of the latter', example: 1048576 })
  bytes: number;

  @ApiProperty({ description: 'How many were deleted', example: 0 })
  deleted: number;
}

export class CollectReport {
  @ApiProperty({ description: 'Whether nothing was deleted', example: true })
  dry_run: boolean;

  @ApiProperty({ description: 'What was found in each store', type: [CollectedStore] })
  stores: CollectedStore[];
}
