import { Injectable } from '@nestjs/common';
import type { PackageManagerName } from '../config/index.js';
import { Metrics } from '../observability/index.js';

/** `hit` and `miss`: what was asked for is locked, or not; the others are refusals. */
type RegistryResult = 'hit' | 'miss' | 'unauthorized' | 'forbidden' | 'throttled';

/** Counts what package managers ask of the registries. */
@Injectable()
export class RegistryMetrics {
  private readonly calls;

  constructor(metrics: Metrics) {
    this.calls = metrics.counter({
      name: 'cachito_registry_requests_total',
      help: 'Calls to the registries of requests, by package manager and result',
      labelNames: ['package_manager', 'result'],
    });
  }

  /** The package manager is unknown while nobody is logged in. */
  count(packageManager: PackageManagerName | undefined, result: RegistryResult): void {
    this.calls.inc({ package_manager: packageManager ?? 'unknown', result });
  }
}
