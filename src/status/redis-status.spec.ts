import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { readMetrics } from '../../test/support/metrics.js';
import { startRedis, type TestRedis } from '../../test/support/redis.js';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import { itWithTool, missingTool } from '../../test/support/tools.js';
import { testConfiguration } from '../config/testing.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { QueueModule } from '../queue/queue.module.js';
import { StatusModule } from './status.module.js';

Logger.overrideLogger(false);

const PASSWORD = 'secret-of-redis';

describe('status of a service whose queue is in Redis', () => {
  let redis: TestRedis;
  let service: RoomApplication;

  beforeAll(async () => {
    if (missingTool('redis-server') !== undefined) return;
    redis = await startRedis({ password: PASSWORD });
    const queue = { redisUrl: redis.url };
    service = await startRoomApplication([QueueModule.forRoot(testConfiguration({ queue })), StatusModule], {
      queue,
      requests: { enabledPackageManagers: ['npm'] },
      upstreams: { ...PUBLIC_UPSTREAMS, npm: [] },
    });
  });
  afterAll(async () => {
    await service?.close();
    await redis?.close();
  });

  async function get(path: string): Promise<[number, string]> {
    const response = await fetch(`${service.origin}/${path}`);
    return [response.status, await response.text()];
  }

  /** That the queue does not work, everywhere, and why. */
  async function expectBroken(reason: string): Promise<void> {
    const [, text] = await get('api/v1/status');
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(String(redis.port));
    const { services, can_process, workers } = JSON.parse(text) as Record<string, unknown>;
    expect(services).toContainEqual({ name: 'rabbitmq', ok: false, reason });
    expect(services).toContainEqual({ name: 'database', ok: true });
    expect(can_process).toEqual({ npm: false });
    expect(workers).toEqual([expect.objectContaining({ ok: true })]);
    const unavailable = [503, JSON.stringify({ ok: false, reason: `rabbitmq unavailable: ${reason}` })];
    expect(await get('api/v1/status/short')).toEqual(unavailable);
    expect(await get('readyz')).toEqual(unavailable);
    expect(await get('healthz')).toEqual([200, '{"ok":true}']);
    // No depth rather than a wrong one; everything else is there.
    const metrics = readMetrics((await get('metrics'))[1]);
    expect(metrics['cachito_queue_depth{kind="waiting"}']).toBeUndefined();
    expect(metrics['cachito_workers{state="alive"}']).toBe(1);
  }

  /** That the queue can be read only. */
  async function expectRefusing(): Promise<void> {
    const reason = 'it cannot be written';
    const { services } = JSON.parse((await get('api/v1/status'))[1]) as Record<string, unknown>;
    expect(services).toContainEqual({ name: 'rabbitmq', ok: false, reason });
    expect(await get('readyz')).toEqual([503, JSON.stringify({ ok: false, reason: `rabbitmq unavailable: ${reason}` })]);
  }

  async function expectWell(): Promise<void> {
    expect(await get('readyz')).toEqual([200, '{"ok":true}']);
    const [, text] = await get('api/v1/status');
    expect(JSON.parse(text)).toMatchObject({ can_process: { npm: true } });
    expect(readMetrics((await get('metrics'))[1])['cachito_queue_depth{kind="waiting"}']).toBe(0);
  }

  itWithTool('redis-server', 'tells that Redis is gone, and that it is back', async () => {
    await expectWell();
    await redis.kill();
    await expectBroken('connection failed');
    await redis.start();
    await expectWell();
  });

  itWithTool('redis-server', 'tells that Redis takes nothing: no memory, a replica', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await expectRefusing();
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await expectWell();
    await redis.command('REPLICAOF', '127.0.0.1', '1');
    await expectRefusing();
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await expectWell();
  });

  itWithTool('redis-server', 'tells that Redis does not answer', async () => {
    redis.freeze();
    await expectBroken('connection failed');
    redis.thaw();
    await expectWell();
  });
});
