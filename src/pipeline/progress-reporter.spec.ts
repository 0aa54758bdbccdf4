import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { WorkProgress } from '../requests/index.js';
import { ProgressReporter } from './progress-reporter.js';

/** What was written: phases as they are, progress with its text. */
let written: (string | [WorkProgress, string])[];
let reporter: ProgressReporter;

beforeEach(() => {
  jest.useFakeTimers();
  written = [];
  const work = {
    phase: async (_: unknown, text: string) => void written.push(text),
    progress: async (_: unknown, progress: WorkProgress, text: string) => void written.push([progress, text]),
  };
  reporter = new ProgressReporter(work, { id: 7, attempt: 1, owner: 'worker' }, { log: () => undefined });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the progress of a request', () => {
  it.each<[Omit<WorkProgress, 'step'>, string]>([
    [{ packageManager: 'npm', done: 312, total: 1048, unit: 'packages' }, 'fetched 312 of 1048 npm packages'],
    [{ done: 1, total: 2, unit: 'packages' }, 'fetched 1 of 2 packages'],
    [{ done: 1_572_864, total: 3_145_728, unit: 'bytes' }, '1.5 of 3.0 MiB'],
    [{ done: 1_572_864, total: 0, unit: 'bytes' }, '1.5 MiB'],
  ])('is shown with its phase: %j', async (progress, text) => {
    await reporter.phase('Fetching');
    reporter.update({ step: 'packages', ...progress });
    await jest.advanceTimersByTimeAsync(0);
    expect(written).toEqual(['Fetching', [{ step: 'packages', ...progress }, `Fetching (${text})`]]);
  });

  it('is written once a second, as it is then, and not after its phase or the end', async () => {
    const npm = reporter.port('npm');
    const shown = (): number[] => written.flatMap((each) => (typeof each === 'string' ? [] : [each[0].done]));
    for (let done = 1; done <= 10; done++) npm.update(done, 100, 'packages');
    await jest.advanceTimersByTimeAsync(0);
    for (let done = 11; done <= 20; done++) npm.update(done, 100, 'packages');
    await jest.advanceTimersByTimeAsync(999);
    expect(shown()).toEqual([10]);
    await jest.advanceTimersByTimeAsync(1);
    expect(shown()).toEqual([10, 20]);
    npm.update(21, 100, 'packages');
    await npm.phase('Writing');
    await jest.advanceTimersByTimeAsync(2000);
    npm.update(22, 100, 'packages');
    await reporter.stop();
    npm.update(23, 100, 'packages');
    await jest.advanceTimersByTimeAsync(2000);
    expect(shown()).toEqual([10, 20]);
  });
});
