import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { PACKAGE_MANAGERS } from '../packages/index.js';
import { QueueModule } from '../queue/queue.module.js';
import { StatusModule } from './status.module.js';

Logger.overrideLogger(false);

describe('with an Athens server', () => {
  let server: Server;
  let service: RoomApplication;
  let status = 200;

  beforeAll(async () => {
    server = createServer((_, response) => void response.writeHead(status).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const athensUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
    const requests = { enabledPackageManagers: ['gomod', 'npm'] } as const;
    const upstreams = { ...PUBLIC_UPSTREAMS, npm: [], gomod: [], pip: [] };
    service = await startRoomApplication([QueueModule, StatusModule], { gomod: { athensUrl }, requests, upstreams });
  });
  afterAll(async () => {
    await service?.close();
    server?.close();
  });

  async function get(path: string): Promise<[number, unknown]> {
    const response = await fetch(`${service.origin}/${path}`);
    return [response.status, await response.json()];
  }

  it.each<[number, object, string | undefined]>([
    [200, { name: 'athens', ok: true }, undefined],
    [503, { name: 'athens', ok: false, reason: '503: Service Unavailable' }, 'athens unavailable: 503: Service Unavailable'],
  ])('that answers %s, the status is %j', async (answered, athens, problem) => {
    status = answered;
    const works = problem === undefined;
    const [code, report] = await get('api/v1/status');
    expect([code, report]).toEqual([
      200,
      {
        can_process: { gomod: works && PACKAGE_MANAGERS.has('gomod'), npm: true },
        services: [
          { name: 'nexus', ok: true },
          athens,
          ...['database', 'rabbitmq', 'store'].map((name) => ({ name, ok: true })),
        ],
        upstreams: [],
        workers: [expect.objectContaining({ ok: true })],
      },
    ]);
    expect(await get('api/v1/status/short')).toEqual(works ? [200, { ok: true }] : [503, { ok: false, reason: problem }]);
    expect(await get('readyz')).toEqual([200, { ok: true }]);
    expect(await get('healthz')).toEqual([200, { ok: true }]);
  });
});
