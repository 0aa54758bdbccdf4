import { ApiProperty } from '@nestjs/swagger';

/** Whether one part works. */
export class PartStatus {
  @ApiProperty({ description: 'Which part', example: 'database' })
  name: string;

  @ApiProperty({ description: 'Whether it works', example: true })
  ok: boolean;

  @ApiProperty({ required: false, description: 'Only when it does not work', example: 'connection failed' })
  reason?: string;
}

/** A worker process. */
export class WorkerPart extends PartStatus {
  @ApiProperty({ description: 'Requests that it works on now', example: 1 })
  running: number;

  @ApiProperty({ description: 'Requests that it works on at a time at most', example: 2 })
  concurrency: number;

  @ApiProperty({ description: 'It tells every five seconds that it is there', example: 3 })
  seconds_since_heart_beat: number;

  @ApiProperty({
    required: false,
    type: [String],
    description: 'What it can do: a request goes to workers only that can do all of it. Missing = it does not tell',
    example: ['gomod', 'npm'],
  })
  package_managers?: string[];

  @ApiProperty({ required: false, description: 'Version of the program that it runs', example: '1.0.0' })
  version?: string;
}

/** A registry that packages are fetched from. */
export class UpstreamStatus extends PartStatus {
  @ApiProperty({ description: 'Its address, without credentials', example: 'https://registry.npmjs.org/' })
  declare name: string;

  @ApiProperty({ description: 'Whose packages it has', example: 'npm' })
  package_manager: string;
}

/** Answer of `GET /status`. */
export class StatusReport {
  @ApiProperty({
    description: 'Per enabled package manager: whether a request for it can be worked on now, by a worker that is alive',
    type: 'object',
    additionalProperties: { type: 'boolean' },
    example: { 'git-submodule': true },
  })
  can_process: Record<string, boolean>;

  @ApiProperty({
    type: [PartStatus],
    description:
      '`rabbitmq` is the queue, whatever it runs on; `nexus` is the store, which keeps artifacts in its place, and so ' +
      'is `athens` unless an Athens server is configured',
  })
  services: PartStatus[];

  @ApiProperty({
    type: [UpstreamStatus],
    description:
      'Registries that packages are fetched from, and whether the process that answers reaches them: each was asked ' +
      'within the last 15 seconds, and answered with anything but a server error. What is archived needs none of them',
  })
  upstreams: UpstreamStatus[];

  @ApiProperty({ type: [WorkerPart], description: 'Worker processes by their heart-beats, sorted by name' })
  workers: WorkerPart[];
}

/** Answer of `GET /status/short`. */
export class ShortStatus {
  @ApiProperty({ description: 'Whether everything works that is needed', example: true })
  ok: boolean;

  @ApiProperty({
    required: false,
    description: 'The first problem, only when there is one',
    example: 'no workers are available',
  })
  reason?: string;
}
