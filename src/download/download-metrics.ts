import type { Metrics } from '../observability/index.js';

/** Counts what comes over HTTP. Hosts are no label: requests name them, and there is no end to hosts. */
export class DownloadMetrics {
  private readonly bytes;

  constructor(metrics: Metrics) {
    this.bytes = metrics.counter({
      name: 'cachito_http_fetched_bytes_total',
      help:
        'Bytes of answers that this process fetched over HTTP, retries and index pages included, what git fetches not; ' +
        'upstream: configured = a host that the operator configured, other = any other host',
      labelNames: ['upstream'],
    });
  }

  /** `isConfigured`: the operator configured the host that they came from. */
  received(bytes: number, isConfigured: boolean): void {
    this.bytes.inc({ upstream: isConfigured ? 'configured' : 'other' }, bytes);
  }
}
