import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('shows what the process does and what rooms register, per application', async () => {
    const metrics = new Metrics();
    metrics.counter({ name: 'seen_total', help: 'Seen.', labelNames: ['kind'] }).inc({ kind: 'a' });
    metrics.gauge({ name: 'level', help: 'Level.', collect() { this.set(7); } });
    metrics.histogram({ name: 'spread', help: 'Spread.', buckets: [1] }).observe(0.5);
    metrics.summary({ name: 'shape', help: 'Shape.' }).observe(1);
    const text = await metrics.text();
    for (const line of ['seen_total{kind="a"} 1', 'level 7', 'spread_count 1', 'shape_count 1']) expect(text).toContain(line);
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds/);
    expect(metrics.contentType).toMatch(/^text\/plain/);
    expect(await new Metrics().text()).not.toContain('seen_total');
  });
});
