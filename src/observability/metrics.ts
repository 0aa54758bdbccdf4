import { Injectable } from '@nestjs/common';
import {
  collectDefaultMetrics,
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
  Summary,
  type SummaryConfiguration,
} from 'prom-client';

/**
 * The Prometheus metrics of this process: those of the process itself (memory, CPU, event loop delay) and what the
 * rooms register. One registry per application, so that several may live in one process.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private reading: Promise<string> | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string>(configuration: CounterConfiguration<Label>): Counter<Label> {
    return new Counter({ ...configuration, registers: [this.registry] });
  }

  /** A gauge with a `collect` function is asked when the metrics are read. */
  gauge<Label extends string>(configuration: GaugeConfiguration<Label>): Gauge<Label> {
    return new Gauge({ ...configuration, registers: [this.registry] });
  }

  histogram<Label extends string>(configuration: HistogramConfiguration<Label>): Histogram<Label> {
    return new Histogram({ ...configuration, registers: [this.registry] });
  }

  summary<Label extends string>(configuration: SummaryConfiguration<Label>): Summary<Label> {
    return new Summary({ ...configuration, registers: [this.registry] });
  }

  /** The metrics in Prometheus' text format, to be sent as `contentType`. Those who ask at a time share one answer. */
  text(): Promise<string> {
    this.reading ??= this.registry.metrics().finally(() => (this.reading = undefined));
    return this.reading;
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
