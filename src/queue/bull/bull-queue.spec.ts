import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { startRedis, type TestRedis } from '../../../test/support/redis.js';
import { itUnless, missingTool } from '../../../test/support/tools.js';
import { until } from '../../../test/support/until.js';
import { MessageBrokerError } from '../../errors/index.js';
import type { JobHandler } from '../job-queue.js';
import { describeJobQueue } from '../job-queue.compliance.js';
import type { BullQueue } from './bull-queue.js';
import { type OpenedQueue, openBullQueue } from './testing.js';

const TIMES = { lock: 2_000, heartbeat: 300, stalled: 500 };
const PATIENCE = 500;
const PASSWORD = 'correct horse/battery@staple';

const NO_REDIS = missingTool('redis-server') ?? missingTool('redis-cli');
const it = (sentence: string, test: () => Promise<void>): void => itUnless(NO_REDIS, sentence, test);

beforeAll(() => Logger.overrideLogger(false));

describe('BullQueue on a real Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    if (NO_REDIS === undefined) redis = await startRedis();
  });
  afterAll(() => redis?.close());

  describeJobQueue('BullQueue', NO_REDIS, async () => {
    const children: ChildProcess[] = [];
    const opened: OpenedQueue[] = [];
    return {
      connect: async () => {
        opened.push(openBullQueue(redis.url, TIMES));
        return opened[opened.length - 1]!.queue;
      },
      spawnConsumer: async () => {
        const child = spawnConsumer(redis.url);
        children.push(child);
        const lines: string[] = [];
        createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
        await until(() => lines.includes('ready'));
        return {
          received: (requestId) => until(() => lines.includes(String(requestId))),
          kill: () => kill(child),
        };
      },
      close: async () => {
        await Promise.all(children.map(kill));
        await Promise.all(opened.map(({ close }) => close()));
        await redis.command('FLUSHALL');
      },
    };
  });
});

describe('BullQueue whose Redis', () => {
  let redis: TestRedis;
  let opened: OpenedQueue[];
  const open = (url = redis.url): OpenedQueue => {
    const queue = openBullQueue(url, TIMES, PATIENCE);
    opened.push(queue);
    return queue;
  };
  async function consumer(handler: JobHandler, url?: string): Promise<BullQueue> {
    const { queue } = open(url);
    await queue.start(handler, { concurrency: 2 });
    return queue;
  }
  async function restart(): Promise<void> {
    await redis.kill();
    await redis.start();
  }
  beforeEach(async () => {
    opened = [];
    if (NO_REDIS === undefined) redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.map(({ queue }) => queue.stop()));
    await Promise.all(opened.map(({ close }) => close()));
    await redis?.close();
  });

  it('is away when it begins to consume: it waits', async () => {
    await redis.kill();
    const ids: number[] = [];
    const queue = await consumer(async (id) => (ids.push(id), { kind: 'done' }));
    await expect(queue.enqueue(1)).rejects.toBeInstanceOf(MessageBrokerError);
    await redis.start();
    await until(() => queue.enqueue(2).then(() => true, () => false));
    await until(() => ids.includes(2));
  });

  it('is away for a while: callers are told in time, consumers go on', async () => {
    const ids: number[] = [];
    const queue = await consumer(async (id) => (ids.push(id), { kind: 'done' }));
    await queue.enqueue(1);
    await until(() => ids.includes(1));
    await redis.kill();
    await expect(queue.enqueue(2)).rejects.toBeInstanceOf(MessageBrokerError);
    await expect(queue.depth()).rejects.toBeInstanceOf(MessageBrokerError);
    await expect(queue.remove(2)).rejects.toBeInstanceOf(MessageBrokerError);
    await redis.start();
    await until(() => queue.enqueue(3).then(() => true, () => false));
    await until(() => ids.includes(3));
  });

  it('answers nothing: callers are told in time', async () => {
    const { queue } = open();
    await queue.depth();
    redis.freeze();
    try {
      await expect(queue.enqueue(1)).rejects.toBeInstanceOf(MessageBrokerError);
      await expect(queue.depth()).rejects.toBeInstanceOf(MessageBrokerError);
    } finally {
      redis.thaw();
    }
    await until(() => queue.enqueue(1).then(() => true, () => false));
  });

  for (const [state, fail] of [
    ['dead', () => redis.kill()],
    ['frozen', async () => redis.freeze()],
    ['frozen, and was connected to again,', async () => (redis.freeze(), await wait(4 * PATIENCE))],
  ] as const)
    it(`is ${state} for good: it stops all the same`, () => stopsWhile(fail));

  async function stopsWhile(fail: () => Promise<void>): Promise<void> {
    const received = new Gate();
    const queue = await consumer(async (_, signal) => {
      received.open();
      await once(signal, 'abort');
      return { kind: 'later', delay: 0 };
    });
    await queue.enqueue(1);
    await received.opened;
    await fail();
    await queue.stop();
    await Promise.all(opened.map(({ close }) => close()));
  }

  it('loses its data, is emptied or restarted: what is added anew is delivered', async () => {
    const ids: number[] = [];
    const gate = new Gate();
    const queue = await consumer(async (id) => {
      ids.push(id);
      if (id === 1) await gate.opened;
      return { kind: 'done' };
    });
    await queue.enqueue(1);
    await until(() => ids.includes(1));
    await redis.command('FLUSHALL');
    await queue.enqueue(2);
    await until(() => ids.includes(2));
    await restart();
    await until(() => queue.enqueue(3).then(() => true, () => false));
    await until(() => ids.includes(3));
    // What was worked on meanwhile comes to its end, and may be added again.
    gate.open();
    await until(async () => {
      await queue.enqueue(1).catch(() => undefined);
      return ids.filter((id) => id === 1).length > 1;
    });
    await untilEmpty(queue);
  });

  it('is restarted without data: what was begun twice is handed back, or may be added again', async () => {
    const ids: number[] = [];
    let mayHandBack = new Gate();
    const queue = await consumer(async (id) => {
      ids.push(id);
      if (ids.length < 3) {
        await mayHandBack.opened;
        return { kind: 'later', delay: 10 };
      }
      return { kind: 'done' };
    });
    await queue.enqueue(1);
    await until(() => ids.length === 1);
    await restart();
    mayHandBack.open();
    // The connection may end while the job is handed back: then it is gone, as is everything that was in this Redis.
    const addUntil = (deliveries: number): Promise<void> =>
      until(async () => {
        await queue.enqueue(1).catch(() => undefined);
        return ids.length >= deliveries;
      });
    await addUntil(2);
    await redis.command('FLUSHALL');
    mayHandBack = new Gate();
    await addUntil(3);
    await untilEmpty(queue);
  });

  it('keeps its data over a restart: nothing is lost', async () => {
    await redis.close();
    redis = await startRedis({ persistent: true });
    const producer = open().queue;
    for (let id = 1; id <= 20; id += 1) await producer.enqueue(id);
    await restart();
    const ids = new Set<number>();
    await consumer(async (id) => (ids.add(id), { kind: 'done' }));
    await until(() => ids.size === 20);
  });

  it('has a password', async () => {
    await redis.close();
    redis = await startRedis({ password: PASSWORD });
    const { queue } = open(`${redis.url}/3`);
    await queue.enqueue(1);
    expect(await queue.depth()).toEqual({ waiting: 1, running: 0 });
    expect(await redis.command('-n', '3', 'EXISTS', 'cachito:requests:1')).toBe('1');
  });

  it('wants another password: the error and the log do not name the one that was tried', async () => {
    await redis.close();
    redis = await startRedis({ password: PASSWORD });
    const lines: string[] = [];
    const note = (line: unknown): void => void lines.push(String(line));
    Logger.overrideLogger({ log: note, warn: note, error: note });
    try {
      const { queue } = open(`redis://:hunter2@127.0.0.1:${redis.port}`);
      const error: unknown = await queue.enqueue(1).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(MessageBrokerError);
      expect(inspected(error)).not.toContain('hunter2');
      await until(() => lines.some((line) => line.includes('WRONGPASS')));
      expect(lines.join('\n')).not.toContain('hunter2');
    } finally {
      Logger.overrideLogger(false);
    }
  });

  it('vanishes without a word behind a dead connection: it connects anew', async () => {
    const network = await startFailingNetwork(redis.port);
    const ids: number[] = [];
    try {
      const queue = await consumer(async (id) => (ids.push(id), { kind: 'done' }), `redis://127.0.0.1:${network.port}`);
      await queue.enqueue(1);
      await until(() => ids.includes(1));
      network.fail();
      await open().queue.enqueue(2);
      await until(() => ids.includes(2));
      await until(() => queue.enqueue(3).then(() => true, () => false));
    } finally {
      network.close();
    }
  });

  it('sees several workers die of the same work: it is not lost', async () => {
    const { queue } = open();
    await queue.enqueue(1);
    for (let death = 0; death < 3; death += 1) {
      const child = spawnConsumer(redis.url);
      const lines = createInterface({ input: child.stdout! });
      for await (const line of lines) if (line === '1') break;
      await kill(child);
    }
    const ids: number[] = [];
    await consumer(async (id) => (ids.push(id), { kind: 'done' }));
    await until(() => ids.length === 1);
    await untilEmpty(queue);
  });

  it('keeps begun work before new work, and both in order, over any number of deliveries', async () => {
    const { queue: producer } = open();
    for (const id of [8, 6, 7]) await producer.enqueue(id, { priority: id === 8 ? -1 : 0 });
    for (let round = 0; round < 3; round += 1) {
      const held: number[] = [];
      const { queue } = open();
      await queue.start(
        async (id, signal) => {
          held.push(id);
          await once(signal, 'abort');
          return { kind: 'later', delay: 0 };
        },
        { concurrency: 3 },
      );
      await until(() => held.length === 3);
      await queue.stop();
      expect(await producer.depth()).toEqual({ waiting: 3, running: 0 });
    }
    await producer.enqueue(6);
    await producer.enqueue(1, { priority: -7 });
    await producer.enqueue(2, { priority: 1 });
    expect(await producer.depth()).toEqual({ waiting: 5, running: 0 });
    const ids: number[] = [];
    const { queue } = open();
    await queue.start(async (id) => (ids.push(id), { kind: 'done' }), { concurrency: 1 });
    await until(() => ids.length === 5);
    expect(ids).toEqual([8, 6, 7, 1, 2]);
  });

  it('removes what was begun and waits again', async () => {
    let deliveries = 0;
    const queue = await consumer(async () => {
      deliveries += 1;
      return { kind: 'later', delay: 60_000 };
    });
    await queue.enqueue(1);
    await until(async () => deliveries === 1 && (await queue.depth()).running === 0);
    await queue.remove(1);
    expect(await queue.depth()).toEqual({ waiting: 0, running: 0 });
  });

  it('has the rest of a job that was removed in the moment of its delivery: its id can be added again', async () => {
    const ids: number[] = [];
    await redis.command('HSET', 'cachito:requests:5', 'processedOn', '1');
    await redis.command('LPUSH', 'cachito:requests:wait', '5');
    const queue = await consumer(async (id) => (ids.push(id), { kind: 'done' }));
    await until(async () => {
      await queue.enqueue(5);
      return ids.includes(5);
    });
  });
});

class Gate {
  open = (): void => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** A network whose connections can turn dead: nothing passes, nothing ends. Later ones are good. */
async function startFailingNetwork(port: number): Promise<{ port: number; fail(): void; close(): void }> {
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((socket) => {
    const upstream = connect(port, '127.0.0.1');
    pairs.add([socket, upstream]);
    socket.pipe(upstream).pipe(socket);
    for (const each of [socket, upstream]) each.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  const sockets = (): Socket[] => [...pairs].flat();
  return {
    port: address.port,
    fail: () => {
      for (const [socket, upstream] of pairs) {
        for (const each of [socket, upstream]) each.unpipe().pause();
        // The server's side notices at once, as when its host has ended.
        upstream.destroy();
      }
    },
    close: () => {
      for (const socket of sockets()) socket.destroy();
      server.close();
    },
  };
}

function inspected(error: unknown): string {
  const seen = error instanceof Error ? [error.message, error.stack, error.cause] : [error];
  return JSON.stringify(seen) + seen.map(String).join();
}

function spawnConsumer(url: string): ChildProcess {
  const loader = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));
  const consumer = fileURLToPath(new URL('./__fixtures__/endless-consumer.ts', import.meta.url));
  return spawn(process.execPath, ['--import', loader, consumer, url, JSON.stringify(TIMES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function untilEmpty(queue: BullQueue): Promise<void> {
  await until(async () => {
    const { waiting, running } = await queue.depth();
    return waiting + running === 0;
  });
}
