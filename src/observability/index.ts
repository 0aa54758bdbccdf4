export { createLogger } from './logger.js';
export { Metrics } from './metrics.js';
export { NestPinoLogger } from './nest-logger.js';
export { ObservabilityModule } from './observability.module.js';
export { redactSecrets } from './redact.js';
