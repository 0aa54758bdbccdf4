import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import { S3_SERVER_BUILD_TIMEOUT, startS3Server, type TestS3Server } from '../../test/support/s3-server.js';
import { itWithTool, missingTool } from '../../test/support/tools.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { QueueModule } from '../queue/queue.module.js';
import { StatusModule } from './status.module.js';

Logger.overrideLogger(false);

interface Status {
  can_process: Record<string, boolean>;
  services: { name: string; ok: boolean; reason?: string }[];
}

/** `nexus` and `athens` are the store under names that old clients look for. */
const STORE = ['nexus', 'athens', 'store'];

describe('status of a service whose store is in a bucket', () => {
  let server: TestS3Server;
  let service: RoomApplication;

  beforeAll(async () => {
    if (missingTool('go') !== undefined) return;
    server = await startS3Server();
    const { bucket, endpoint, accessKeyId, secretAccessKey } = server;
    const s3 = {
      bucket,
      endpoint,
      region: 'us-east-1',
      prefix: undefined,
      pathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      caCertificates: undefined,
      directDownloads: false,
    };
    service = await startRoomApplication([QueueModule, StatusModule], {
      store: { s3 },
      requests: { enabledPackageManagers: ['npm'] },
      upstreams: { ...PUBLIC_UPSTREAMS, npm: [] },
    });
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => {
    await service?.close();
    await server?.close();
  });

  async function get(path: string): Promise<[number, string]> {
    const response = await fetch(`${service.origin}/${path}`);
    return [response.status, await response.text()];
  }

  /** The services that do not work, with the reasons. */
  async function broken(): Promise<Record<string, string | undefined>> {
    const [, text] = await get('api/v1/status');
    for (const secret of [server.endpoint, server.secretAccessKey, server.accessKeyId]) expect(text).not.toContain(secret);
    const { services, can_process } = JSON.parse(text) as Status;
    const faulty = services.filter(({ ok }) => !ok);
    expect(can_process).toEqual({ npm: faulty.length === 0 });
    expect((await get('readyz'))[0]).toBe(faulty.length === 0 ? 200 : 503);
    expect((await get('healthz'))[0]).toBe(200);
    return Object.fromEntries(faulty.map(({ name, reason }) => [name, reason]));
  }

  function storeBecause(reason: unknown): Record<string, unknown> {
    return Object.fromEntries(STORE.map((name) => [name, reason]));
  }

  itWithTool('go', 'tells that the server is gone, and that it is back', async () => {
    expect(await broken()).toEqual({});
    await server.kill();
    expect(await broken()).toEqual(storeBecause(expect.stringMatching(/no answer within 5 seconds|cannot be used now/)));
    await server.start();
    expect(await broken()).toEqual({});
  });

  itWithTool('go', 'tells that the server does not answer', async () => {
    server.freeze();
    expect(await broken()).toEqual(storeBecause('no answer within 5 seconds'));
    server.thaw();
    expect(await broken()).toEqual({});
  });
});
