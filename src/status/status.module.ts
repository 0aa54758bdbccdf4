import { Module } from '@nestjs/common';

/** What operators ask: status, health, the metrics page. */
@Module({})
export class StatusModule {}
