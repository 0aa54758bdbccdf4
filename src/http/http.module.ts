import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ErrorFilter } from './errors/error.filter.js';
import { HttpMetrics } from './http-metrics.js';
import { ValidationGuard } from './validation/validation.guard.js';

/** What every endpoint has: validation before anything else, error envelopes, metrics. See `configureApplication`. */
@Module({
  providers: [
    HttpMetrics,
    { provide: APP_GUARD, useClass: ValidationGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class HttpModule {}
