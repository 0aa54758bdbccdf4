import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { itUnless } from '../../test/support/tools.js';
import { until } from '../../test/support/until.js';
import type { JobHandler, JobQueue } from './job-queue.js';

/** What the suite needs of an adapter: a back end that several processes share, empty before each test. */
export interface JobQueueHarness {
  /** One more consumer or producer of the same queue, in this process, not started. */
  connect(): Promise<JobQueue>;
  /**
   * A process of its own that consumes the queue and never finishes a job. `received` settles when it has been given
   * this id; `kill` ends it with SIGKILL.
   */
  spawnConsumer(): Promise<{ received(requestId: number): Promise<void>; kill(): Promise<void> }>;
  /** Disconnects everything and empties the queue. */
  close(): Promise<void>;
}

/** How long anything may take before it counts as never: leases of the harness must be well below. */
const PATIENCE = 120_000;

/** The contract of `JobQueue`, for every adapter; `obstacle` says why its back end cannot be had here. */
export function describeJobQueue(
  name: string,
  obstacle: string | undefined,
  open: () => Promise<JobQueueHarness>,
): void {
  const it = (sentence: string, test: () => Promise<void>): void => itUnless(obstacle, sentence, test, 2 * PATIENCE);
  describe(`${name} as a JobQueue`, () => {
    let harness: JobQueueHarness;
    let started: JobQueue[];

    beforeEach(async () => {
      harness = await open();
      started = [];
    });
    afterEach(async () => {
      await Promise.all(started.map((queue) => queue.stop()));
      await harness.close();
    });

    async function start(handler: JobHandler, concurrency = 1): Promise<JobQueue> {
      const queue = await harness.connect();
      started.push(queue);
      await queue.start(handler, { concurrency });
      return queue;
    }

    it('delivers what was queued before and after the start, each id once', async () => {
      const producer = await harness.connect();
      await producer.enqueue(1);
      const recorder = new Recorder();
      await start(recorder.finish);
      await producer.enqueue(2);
      await producer.enqueue(3);
      await until(() => recorder.ids.length === 3);
      await untilDepth(producer, 0, 0);
      expect([...recorder.ids].sort()).toEqual([1, 2, 3]);
    });

    it('delivers lower priorities first, then lower ids', async () => {
      const producer = await harness.connect();
      for (const [id, priority] of [[1, 5], [2, 0], [4, 1], [3, 1], [5, -1]] as const) {
        await producer.enqueue(id, { priority });
      }
      const recorder = new Recorder();
      await start(recorder.finish);
      await until(() => recorder.ids.length === 5);
      expect(recorder.ids).toEqual([5, 2, 3, 4, 1]);
    });

    it('delivers work begun before new work', async () => {
      const producer = await harness.connect();
      await producer.enqueue(2);
      await (await startUntilReceived(2)).stop();
      await producer.enqueue(1, { priority: -5 });
      const recorder = new Recorder();
      await start(recorder.finish);
      await until(() => recorder.ids.length === 2);
      expect(recorder.ids).toEqual([2, 1]);
    });

    it('ignores an id that is queued or being worked on already', async () => {
      const producer = await harness.connect();
      await producer.enqueue(7);
      await producer.enqueue(7, { priority: 3 });
      expect(await producer.depth()).toEqual({ waiting: 1, running: 0 });
      const held = new Held();
      await start(held.handler);
      await held.received(7);
      await producer.enqueue(7);
      held.release();
      await untilDepth(producer, 0, 0);
      expect(held.ids).toEqual([7]);
    });

    it('removes what waits and leaves what runs', async () => {
      const producer = await harness.connect();
      await producer.enqueue(1);
      const held = new Held();
      await start(held.handler);
      await held.received(1);
      await producer.enqueue(2);
      await producer.remove(1);
      await producer.remove(2);
      await producer.remove(99);
      expect(await producer.depth()).toEqual({ waiting: 0, running: 1 });
      held.release();
      await untilDepth(producer, 0, 0);
      expect(held.ids).toEqual([1]);
    });

    it('never runs more than it may at a time', async () => {
      const producer = await harness.connect();
      for (let id = 1; id <= 12; id += 1) await producer.enqueue(id);
      let now = 0;
      let most = 0;
      let done = 0;
      await start(async () => {
        most = Math.max(most, (now += 1));
        await tick();
        now -= 1;
        done += 1;
        return { kind: 'done' };
      }, 3);
      await until(() => done === 12);
      expect(most).toBe(3);
    });

    it('delivers again what asks for it, not before its delay', async () => {
      const times: number[] = [];
      const queue = await start(async () => {
        times.push(performance.now());
        return times.length < 3 ? { kind: 'later', delay: 300 } : { kind: 'done' };
      });
      await queue.enqueue(1);
      await untilDepth(queue, 0, 0);
      expect(times).toHaveLength(3);
      // A few milliseconds are the difference of two clocks.
      for (const gap of [times[1]! - times[0]!, times[2]! - times[1]!]) expect(gap).toBeGreaterThan(280);
    });

    it('delivers again what a handler dropped by throwing', async () => {
      const held = new Held();
      const producer = await harness.connect();
      await producer.enqueue(1);
      const queue = await start(async () => {
        held.ids.push(1);
        throw new Error('against the contract');
      });
      await until(() => held.ids.length === 1);
      await untilDepth(producer, 1, 0);
      await queue.stop();
    });

    it('gives two consumers different ids', async () => {
      const producer = await harness.connect();
      const one = new Recorder();
      const two = new Recorder();
      await Promise.all([start(one.finish, 4), start(two.finish, 4)]);
      const ids = Array.from({ length: 60 }, (_, index) => index + 1);
      await Promise.all(ids.map((id) => producer.enqueue(id)));
      await until(() => one.ids.length + two.ids.length >= ids.length);
      await untilDepth(producer, 0, 0);
      expect([...one.ids, ...two.ids].sort((a, b) => a - b)).toEqual(ids);
    });

    it('delivers nothing twice while its worker lives, however long it takes', async () => {
      const producer = await harness.connect();
      const held = new Held();
      await start(held.handler, 2);
      await producer.enqueue(1);
      await held.received(1);
      const other = new Recorder();
      await start(other.finish, 2);
      // Several leases of the harness.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      held.release();
      await untilDepth(producer, 0, 0);
      expect([held.ids, other.ids]).toEqual([[1], []]);
    });

    it('hands back what it works on when it stops, at once', async () => {
      const producer = await harness.connect();
      await producer.enqueue(1);
      const queue = await startUntilReceived(1);
      await queue.stop();
      expect(await producer.depth()).toEqual({ waiting: 1, running: 0 });
      await queue.stop();
      const recorder = new Recorder();
      await start(recorder.finish);
      await until(() => recorder.ids.length === 1);
    });

    it('lets what it works on go on when it stops, as long as it may, and takes nothing new', async () => {
      const producer = await harness.connect();
      for (const id of [1, 2]) await producer.enqueue(id);
      const [ends, endless] = [new Held(), new Held()];
      const queue = await start((id, signal) => (id === 1 ? ends : endless).handler(id, signal), 2);
      await Promise.all([ends.received(1), endless.received(2)]);
      const over = new AbortController();
      let stopped = false;
      const stop = queue.stop(over.signal).then(() => (stopped = true));
      await producer.enqueue(3);
      ends.release();
      await untilDepth(producer, 1, 1);
      expect([stopped, ends.ids, endless.ids]).toEqual([false, [1], [2]]);
      over.abort();
      await stop;
      await untilDepth(producer, 2, 0);
      const recorder = new Recorder();
      await start(recorder.finish);
      await until(() => recorder.ids.length === 2);
      expect(recorder.ids).toEqual([2, 3]);
    });

    it('offers what workers cannot do to others, and each of them only once in a while', async () => {
      const producer = await harness.connect();
      const refused: string[] = [];
      const refuse = (name: string): JobHandler => async (id) => (refused.push(`${name}: ${id}`), { kind: 'unable', pause: 60_000 });
      const able = new Held();
      await start(able.handler);
      await producer.enqueue(1);
      await able.received(1);
      await start(refuse('a'), 2);
      await start(refuse('b'), 2);
      for (const id of [2, 3]) await producer.enqueue(id);
      await until(() => refused.length === 4);
      able.release();
      await untilDepth(producer, 0, 0);
      expect([...able.ids].sort()).toEqual([1, 2, 3]);
      expect(refused.sort()).toEqual(['a: 2', 'a: 3', 'b: 2', 'b: 3']);
    });

    it('keeps the place of what a worker cannot do', async () => {
      const producer = await harness.connect();
      await producer.enqueue(2);
      let refusals = 0;
      const unable = await start(async () => (refusals++, { kind: 'unable', pause: 60_000 }));
      await until(() => refusals === 1);
      await unable.stop();
      await producer.enqueue(1, { priority: -1 });
      const held = new Held();
      await start(held.handler);
      await held.received(1);
      held.release();
      await untilDepth(producer, 0, 0);
      expect(held.ids).toEqual([1, 2]);
    });

    it('is paused for all workers: what is worked on goes on, nothing else is delivered until it is resumed', async () => {
      const [producer, administrator] = [await harness.connect(), await harness.connect()];
      const held = new Held();
      await start(held.handler, 2);
      await producer.enqueue(1);
      await held.received(1);
      await administrator.pause();
      await administrator.pause();
      expect(await producer.isPaused()).toBe(true);
      await producer.enqueue(2);
      const late = new Recorder();
      await start(late.finish);
      held.release();
      await untilDepth(producer, 1, 0);
      expect([held.ids, late.ids]).toEqual([[1], []]);
      await administrator.resume();
      expect(await producer.isPaused()).toBe(false);
      await untilDepth(producer, 0, 0);
      expect([...held.ids, ...late.ids]).toEqual([1, 2]);
    });

    it('stops without having started, and starts only once', async () => {
      const idle = await harness.connect();
      await idle.stop();
      const queue = await start(new Recorder().finish);
      await expect(queue.start(new Recorder().finish, { concurrency: 1 })).rejects.toThrow();
    });

    it('delivers again what a killed process worked on, once its lease is over', async () => {
      const producer = await harness.connect();
      const consumer = await harness.spawnConsumer();
      await producer.enqueue(1);
      await consumer.received(1);
      const recorder = new Recorder();
      await start(recorder.finish);
      expect(await producer.depth()).toEqual({ waiting: 0, running: 1 });
      await consumer.kill();
      await until(() => recorder.ids.length === 1);
      await untilDepth(producer, 0, 0);
    });

    /** A consumer that holds this id until its signal fires. */
    async function startUntilReceived(requestId: number): Promise<JobQueue> {
      const held = new Held();
      const queue = await start(held.handler);
      await held.received(requestId);
      return queue;
    }
  });
}

class Recorder {
  readonly ids: number[] = [];
  readonly finish: JobHandler = async (requestId) => {
    this.ids.push(requestId);
    return { kind: 'done' };
  };
}

/** Holds what it is given until released (done) or told to stop (later). */
class Held {
  readonly ids: number[] = [];
  private readonly open = new AbortController();
  readonly handler: JobHandler = async (requestId, signal) => {
    this.ids.push(requestId);
    await fired(AbortSignal.any([this.open.signal, signal]));
    return signal.aborted ? { kind: 'later', delay: 0 } : { kind: 'done' };
  };

  release(): void {
    this.open.abort();
  }

  received(requestId: number): Promise<void> {
    return until(() => this.ids.includes(requestId));
  }
}

async function fired(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function untilDepth(queue: JobQueue, waiting: number, running: number): Promise<void> {
  return until(async () => {
    const depth = await queue.depth();
    return depth.waiting === waiting && depth.running === running;
  });
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15));
}
