import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PACKAGE_MANAGER_NAMES } from '../../config/index.js';
import { REQUEST_STATE_NAMES } from '../request-state.js';

/** The answers as the API documentation shows them. What is sent is typed in `views/`. */
export class StateDocument {
  @ApiProperty({ enum: REQUEST_STATE_NAMES, description: 'The state' })
  state: string;
  @ApiProperty({ description: 'Why; while in progress, what is being done', example: 'Completed successfully' })
  state_reason: string;
  @ApiProperty({ description: 'Since when, UTC', example: '2026-03-01T12:30:00.123456' })
  updated: string;
}

class ComponentDocument {
  @ApiProperty({ description: 'Name', example: 'kite' })
  name: string;
  @ApiProperty({ description: 'A package manager, or `go-package`', example: 'npm' })
  type: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Version; null for the Go standard library',
    example: '2.1.3',
  })
  version: string | null;
}

class DependencyDocument extends ComponentDocument {
  @ApiPropertyOptional({ description: 'Needed for development only; npm, yarn and pip know it' })
  dev?: boolean;
  @ApiProperty({ type: ComponentDocument, nullable: true, description: 'What it stands in for' })
  replaces: ComponentDocument | null;
}

class PackageDocument extends ComponentDocument {
  @ApiPropertyOptional({ description: 'Directory in the repository; left out for the root', example: 'web/ui' })
  path?: string;
  @ApiProperty({ type: [DependencyDocument], description: 'What the package depends on' })
  dependencies: DependencyDocument[];
}

class CommonDocument extends StateDocument {
  @ApiProperty({ description: 'Number of the request', example: 17, type: 'integer' })
  id: number;
  @ApiProperty({ description: 'As submitted', example: 'https://github.com/octocat/Hello-World.git' })
  repo: string;
  @ApiProperty({ description: 'The commit', example: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d' })
  ref: string;
  @ApiProperty({ type: String, nullable: true, description: 'When, UTC', example: '2026-03-01T12:29:58.000001' })
  created: string | null;
  @ApiProperty({ enum: PACKAGE_MANAGER_NAMES, isArray: true, description: 'What is processed' })
  pkg_managers: string[];
  @ApiProperty({ type: String, nullable: true, description: 'Whose request it is', example: 'alice' })
  user: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Who submitted it on behalf of the user' })
  submitted_by: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Variables for the build: name → value',
  })
  environment_variables: Record<string, string>;
  @ApiProperty({ type: [String], description: 'Flags, sorted' })
  flags: string[];
  @ApiPropertyOptional({ enum: ['client', 'server'], description: 'Who can mend the error; only with an error' })
  error_origin?: string;
  @ApiPropertyOptional({ description: 'Kind of the error; only with an error', example: 'InvalidChecksum' })
  error_type?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Labels, if there are any',
  })
  labels?: Record<string, string>;
}

export class BriefDocument extends CommonDocument {
  @ApiProperty({ type: 'integer', nullable: true, description: 'How many packages were found' })
  packages: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'How many dependencies were found' })
  dependencies: number | null;
}

export class PackagesDocument {
  @ApiProperty({ type: [PackageDocument], description: 'Packages of the repository' })
  packages: PackageDocument[];
  @ApiProperty({ type: [DependencyDocument], description: 'The union of what all packages depend on' })
  dependencies: DependencyDocument[];
}

class LogsDocument {
  @ApiProperty({ description: 'Absolute address of the log' })
  url: string;
}

export class VerboseDocument extends CommonDocument {
  @ApiProperty({
    type: [PackageDocument],
    description: 'Packages of the repository; empty unless the state is `complete`',
  })
  packages: PackageDocument[];
  @ApiProperty({ type: [DependencyDocument], description: 'The union of what all packages depend on' })
  dependencies: DependencyDocument[];
  @ApiProperty({ description: 'Absolute address of the configuration files' })
  configuration_files: string;
  @ApiProperty({ description: 'Absolute address of the content manifest' })
  content_manifest: string;
  @ApiProperty({ description: 'Absolute address of the variables with their kinds' })
  environment_variables_info: string;
  @ApiProperty({ type: [StateDocument], description: 'What happened, newest first' })
  state_history: StateDocument[];
  @ApiPropertyOptional({ type: LogsDocument, description: 'Only where logs are kept' })
  logs?: LogsDocument;
}

class PageMetaDocument {
  @ApiProperty({ type: 'integer', description: 'This page' })
  page: number;
  @ApiProperty({ type: 'integer', description: 'How many pages there are' })
  pages: number;
  @ApiProperty({ type: 'integer', description: 'Items per page, after capping' })
  per_page: number;
  @ApiProperty({ type: 'integer', description: 'How many items there are' })
  total: number;
  @ApiProperty({ description: 'Address of the first page' })
  first: string;
  @ApiProperty({ description: 'Address of the last page' })
  last: string;
  @ApiProperty({ type: String, nullable: true, description: 'Address of the next page' })
  next: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Address of the previous page' })
  previous: string | null;
}

export class RequestPageDocument {
  @ApiProperty({ type: [BriefDocument], description: 'Newest first; with `verbose=true` as of `GET /requests/{id}`' })
  items: BriefDocument[];
  @ApiProperty({ description: 'Where this page stands' })
  meta: PageMetaDocument;
}

class MetricDocument {
  @ApiProperty({ type: 'integer', description: 'Number of the request' })
  id: number;
  @ApiProperty({ enum: ['complete', 'failed'], description: 'How it ended' })
  final_state: string;
  @ApiProperty({ description: 'Why' })
  final_state_reason: string;
  @ApiProperty({ description: 'When, UTC', example: '2026-03-01T12:30:00.123456' })
  finished: string;
  @ApiProperty({ type: 'number', description: 'Seconds from its creation', example: 41.208 })
  duration: number;
  @ApiProperty({ type: 'number', description: 'Seconds until the work on it began', example: 0.402 })
  time_in_queue: number;
}

export class MetricsPageDocument {
  @ApiProperty({ type: [MetricDocument], description: 'Newest request first' })
  items: MetricDocument[];
  @ApiProperty({ description: 'Where this page stands' })
  meta: PageMetaDocument;
}

export class SummaryDocument {
  @ApiProperty({ type: 'number', nullable: true, description: 'Mean duration, seconds' })
  duration_avg: number | null;
  @ApiProperty({ type: 'number', nullable: true, description: 'Median duration, seconds' })
  duration_50: number | null;
  @ApiProperty({ type: 'number', nullable: true, description: '95th percentile of the duration, seconds' })
  duration_95: number | null;
  @ApiProperty({ type: 'number', nullable: true, description: 'Mean time in the queue, seconds' })
  time_in_queue_avg: number | null;
  @ApiProperty({ type: 'number', nullable: true, description: '95th percentile of the time in the queue, seconds' })
  time_in_queue_95: number | null;
  @ApiProperty({ type: 'integer', description: 'Finished requests with an error that the requester can mend' })
  client_errors: number;
  @ApiProperty({ type: 'integer', description: 'Finished requests with an error of the service' })
  server_errors: number;
  @ApiProperty({ type: 'integer', description: 'Finished requests' })
  total: number;
  @ApiProperty({ type: 'integer', description: 'Complete ones' })
  complete: number;
  @ApiProperty({ type: 'integer', description: 'Failed ones' })
  failed: number;
}
