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

/** Answer of `GET /status`. */
export class StatusReport {
  @ApiProperty({
    description: 'Per enabled package manager: whether a request for it can be worked on now',
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

  @ApiProperty({ type: [PartStatus], description: 'Worker processes by their heart-beats, sorted by name' })
  workers: PartStatus[];
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
