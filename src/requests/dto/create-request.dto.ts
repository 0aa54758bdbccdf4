import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../../config/index.js';
import { MatchesRule, Optional } from '../../http/index.js';
import { ACTIVE_FLAGS } from '../../packages/index.js';
import { type PackageConfigs, packagesProblem } from '../rules/package-paths.js';
import { isObject } from '../rules/plain-object.js';
import { PACKAGES_SCHEMA } from './packages-schema.js';

const MAX_LABELS = 20;
const MAX_LABEL_VALUE = 255;
/** Longest name that the database indexes. */
const MAX_NAME = 255;
/** Longer than any name or version of a package that a registry takes. */
const MAX_REPLACEMENT = 1000;

/** Names and versions go into files and logs of one line each. */
const IsReplacementText = (): PropertyDecorator =>
  applyDecorators(
    IsString(),
    MaxLength(MAX_REPLACEMENT),
    MatchesRule('one line', (value) => !/\p{Cc}/u.test(String(value)), 'must not hold control characters'),
  );

/** One entry of `dependency_replacements`. */
export class ReplacementBody {
  @ApiProperty({ description: 'Name of the dependency to replace', example: 'example.org/kite' })
  @IsReplacementText()
  name: string;

  @ApiProperty({ description: 'Package manager; only gomod is supported', example: 'gomod' })
  @IsReplacementText()
  type: string;

  @ApiProperty({ description: 'Version to use instead', example: 'v1.2.3' })
  @IsReplacementText()
  version: string;

  @ApiPropertyOptional({ description: 'Name of the dependency to use instead', example: 'example.org/fork' })
  @Optional()
  @IsReplacementText()
  new_name?: string;
}

/** Body of `POST /requests`. */
export class CreateRequestBody {
  @ApiProperty({
    description:
      'Address of the git repository: https, http, ssh, or `git@host:path`. Without credentials: those are ' +
      'configured in the service.',
    maxLength: 200,
    example: 'https://github.com/octocat/Hello-World.git',
  })
  @Length(1, 200)
  @IsString()
  repo: string;

  @ApiProperty({
    description: 'The commit: 40 lower-case hexadecimal digits',
    pattern: '^[a-f0-9]{40}$',
    example: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
  })
  @Matches(/^[a-f0-9]{40}$/)
  @IsString()
  ref: string;

  @ApiPropertyOptional({
    description: 'What to process. Left out: the default of the service. Empty: the source only.',
    enum: PACKAGE_MANAGER_NAMES,
    isArray: true,
    example: ['git-submodule'],
  })
  @Optional()
  @IsIn([...PACKAGE_MANAGER_NAMES], { each: true })
  @IsArray()
  pkg_managers?: PackageManagerName[];

  @ApiPropertyOptional({
    description:
      'Where the packages lie, and for pip what to archive: package manager → array of objects that are not empty. ' +
      'Left out: the root of the repository.',
    ...PACKAGES_SCHEMA,
    example: {},
  })
  @Optional()
  @MatchesRule('packages', (value) => packagesProblem(value) === undefined, (value) => packagesProblem(value) ?? '')
  packages?: PackageConfigs;

  @ApiPropertyOptional({
    description:
      '`gomod-vendor`, `gomod-vendor-check`, `force-gomod-tidy`, `cgo-disable` (gomod); `include-git-dir` keeps ' +
      '`.git` in the bundle; `remove-unsafe-symlinks` removes links that leave the repository instead of failing',
    isArray: true,
    type: 'string',
    enum: ACTIVE_FLAGS,
    example: [],
  })
  @Optional()
  @IsString({ each: true })
  @IsArray()
  flags?: string[];

  @ApiPropertyOptional({
    description: 'Other versions of dependencies than the lock file names (gomod only)',
    type: [ReplacementBody],
    example: [],
  })
  @Optional()
  @ValidateNested({ each: true })
  @MatchesRule('objects', (value) => Array.isArray(value) && value.every(isObject), 'must be an array of objects')
  @Type(() => ReplacementBody)
  dependency_replacements?: ReplacementBody[];

  @ApiPropertyOptional({
    description: 'On whose behalf the request is made; for callers in `CACHITO_USER_REPRESENTATIVES` only',
    maxLength: MAX_NAME,
    example: '',
  })
  @Optional()
  @MaxLength(MAX_NAME)
  @IsString()
  user?: string;

  @ApiPropertyOptional({
    description: 'Up to 20 pairs to find the request by: keys `[a-z0-9._-]{1,63}`, values of at most 255 characters',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { team: 'build' },
  })
  @Optional()
  @MatchesRule('labels', (value) => labelsProblem(value) === undefined, (value) => labelsProblem(value) ?? '')
  labels?: Record<string, string>;
}

/** Body of `POST /requests/{id}/resubmit`. */
export class ResubmitBody {
  @ApiPropertyOptional({ description: 'Forbids all network: only what is archived may be used', example: false })
  @Optional()
  @IsIn([true, false])
  offline?: boolean;
}

function labelsProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'must be an object';
  const labels = Object.entries(value);
  if (labels.length > MAX_LABELS) return `must have at most ${MAX_LABELS} pairs`;
  for (const [key, text] of labels) {
    if (!/^[a-z0-9._-]{1,63}$/.test(key)) return 'must have keys of the form [a-z0-9._-]{1,63}';
    if (typeof text !== 'string' || [...text].length > MAX_LABEL_VALUE) {
      return `must have texts of at most ${MAX_LABEL_VALUE} characters as values`;
    }
  }
  return undefined;
}
