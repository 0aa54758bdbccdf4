/**
 * Time from the start of the process to the first answered request: on a fresh data directory (the database is made), and
 * again on the same one.
 *
 *     node --import ./test/support/typescript.mjs bench/start.ts
 *
 * Runs the compiled service: build first.
 */
import { Service } from '../test/support/service.js';

const RUNS = 5;
const TARGET = 3;

const fresh: number[] = [];
const again: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const began = performance.now();
  const service = await Service.start();
  await service.fetch('/api/v1/requests');
  fresh.push((performance.now() - began) / 1000);
  await service.kill('SIGTERM');

  const resumed = performance.now();
  await service.restart();
  await service.fetch('/api/v1/requests');
  again.push((performance.now() - resumed) / 1000);
  await service.close();
}
for (const [name, times] of Object.entries({ 'fresh data directory': fresh, 'known one': again })) {
  const median = times.toSorted((left, right) => left - right)[RUNS >> 1] ?? NaN;
  console.log(`${name}: median ${median.toFixed(2)} s of ${times.map((time) => time.toFixed(2)).join(' ')}, target < ${TARGET} s: ${median < TARGET ? 'met' : 'MISSED'}`);
}
