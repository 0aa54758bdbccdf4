import type { Service } from '../test/support/service.js';

/** Longest delay of the service since it was asked last, in milliseconds. */
export async function eventLoopDelay(service: Service): Promise<string> {
  const metrics = await (await service.fetch('/metrics')).text();
  return (Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(metrics)?.[1]) * 1000).toFixed(0);
}

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

export function show(times: Record<string, number[]>): void {
  for (const [name, each] of Object.entries(times)) {
    console.log(`${name}: median ${median(each).toFixed(2)} s of ${each.map((time) => time.toFixed(2)).join(' ')}`);
  }
}

/** One line: a ratio against its target. */
export function report(name: string, ratio: number, target: number, sense: 'at most' | 'at least'): void {
  const met = sense === 'at most' ? ratio <= target : ratio >= target;
  console.log(`${name}: ${ratio.toFixed(2)} ×, target ${sense} ${target}: ${met ? 'met' : 'MISSED'}`);
}
