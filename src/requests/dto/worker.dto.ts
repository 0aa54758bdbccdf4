import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Equals, IsIn, IsInt, IsString, Length, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { AtLeastOneProperty, MatchesRule, Optional } from '../../http/index.js';
import { REQUEST_STATE_NAMES, type RequestStateName } from '../request-state.js';
import { isObject } from '../rules/plain-object.js';

/** What the database can index. */
const MAX_NAME = 255;
const MAX_PATH = 1024;
const MAX_INTEGER = 2_147_483_647;

/** Body of `PATCH /requests/{id}`. */
@AtLeastOneProperty()
export class PatchRequestBody {
  @ApiPropertyOptional({
    enum: REQUEST_STATE_NAMES,
    description: 'The new state; needs `state_reason`',
    example: 'in_progress',
  })
  @ValidateIf((body: PatchRequestBody) => body.state !== undefined || body.state_reason !== undefined)
  @IsIn([...REQUEST_STATE_NAMES])
  state?: RequestStateName;

  @ApiPropertyOptional({ description: 'Why; needs `state`', example: 'Fetching the source' })
  @ValidateIf((body: PatchRequestBody) => body.state !== undefined || body.state_reason !== undefined)
  @IsString()
  state_reason?: string;

  @ApiPropertyOptional({ description: 'How many packages were found', minimum: 0, type: 'integer', example: 1 })
  @Optional()
  @Max(MAX_INTEGER)
  @Min(0)
  @IsInt()
  packages_count?: number;

  @ApiPropertyOptional({ description: 'How many dependencies were found', minimum: 0, type: 'integer', example: 20 })
  @Optional()
  @Max(MAX_INTEGER)
  @Min(0)
  @IsInt()
  dependencies_count?: number;

  @ApiPropertyOptional({
    description: 'Variables to add: name → `{"value", "kind"}`, `kind` is `path` (relative to the bundle) or `literal`',
    type: 'object',
    additionalProperties: { type: 'object' },
    example: { GOSUMDB: { value: 'off', kind: 'literal' } },
  })
  @Optional()
  @MatchesRule('variables', (value) => variablesProblem(value) === undefined, (value) => variablesProblem(value) ?? '')
  environment_variables?: Record<string, { value: string; kind: 'path' | 'literal' }>;

  @ApiPropertyOptional({
    enum: ['client', 'server'],
    description: 'Who can mend the error; recorded with `error_type` when the state is `failed`',
    example: 'client',
  })
  @Optional()
  @IsIn(['client', 'server'])
  error_origin?: 'client' | 'server';

  @ApiPropertyOptional({ description: 'Name of the kind of error', maxLength: MAX_NAME, example: 'InvalidChecksum' })
  @Optional()
  @MaxLength(MAX_NAME)
  @IsString()
  error_type?: string;
}

/** One item of the body of `POST /requests/{id}/configuration-files`, and of its GET. */
export class ConfigurationFileBody {
  @ApiProperty({ description: 'The file, base64', example: 'cmVnaXN0cnk9aHR0cDovLzEyNy4wLjAuMQo=' })
  @IsString()
  content: string;

  @ApiProperty({
    description: 'Where to write it, relative to the unpacked bundle',
    maxLength: MAX_PATH,
    example: 'app/.npmrc',
  })
  @Length(1, MAX_PATH)
  @IsString()
  path: string;

  @ApiProperty({ enum: ['base64'], description: 'How `content` is encoded', example: 'base64' })
  @Equals('base64')
  type: 'base64';
}

function variablesProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'must be an object';
  for (const [name, variable] of Object.entries(value)) {
    if (name === '' || name.length > MAX_NAME) return `must have names of 1 to ${MAX_NAME} characters`;
    if (!isObject(variable)) return 'must have an object with value and kind for each name';
    const { value: text, kind, ...unexpected } = variable;
    const [extra] = Object.keys(unexpected);
    if (extra !== undefined)
      return `must not have the unexpected property ${JSON.stringify(extra).slice(0, 80)} for a name`;
    if (typeof text !== 'string') return 'must have a value that is a string for each name';
    if (kind !== 'path' && kind !== 'literal') return 'must have a kind that is path or literal for each name';
  }
  return undefined;
}
