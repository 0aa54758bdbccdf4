import type { Metrics } from '../observability/index.js';

/** Where an artifact came from: `found` in the catalogue, `fetched` from an upstream, `made` here. */
export type ArtifactResult = 'found' | 'fetched' | 'made';

/** Counts how often the catalogue spares a fetch. Ecosystems are those of the package managers. */
export class ArtifactMetrics {
  private readonly artifacts;
  private readonly bytes;

  constructor(metrics: Metrics) {
    this.artifacts = metrics.counter({
      name: 'cachito_artifacts_total',
      help:
        'Files of packages that requests at work in this process wanted; result: found = archived already, ' +
        'fetched = from an upstream, made = put together here',
      labelNames: ['ecosystem', 'result'],
    });
    this.bytes = metrics.counter({
      name: 'cachito_artifact_fetched_bytes_total',
      help: 'Bytes of files of packages that this process fetched and archived',
      labelNames: ['ecosystem'],
    });
  }

  count({ ecosystem, size }: { ecosystem: string; size: number }, result: ArtifactResult): void {
    this.artifacts.inc({ ecosystem, result });
    if (result === 'fetched') this.bytes.inc({ ecosystem }, size);
  }
}
