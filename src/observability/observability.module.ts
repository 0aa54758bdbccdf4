import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Provides `Metrics`. Rooms log by Nest's `Logger`, which `main.ts` puts on pino with `NestPinoLogger`. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class ObservabilityModule {}
