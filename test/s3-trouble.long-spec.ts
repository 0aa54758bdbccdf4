import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { makeCertificate } from '../src/download/__fixtures__/servers.js';
import { FleetS3 } from './support/fleet-s3.js';
import { S3_SERVER_BUILD_TIMEOUT } from './support/s3-server.js';
import { type Address, S3Service } from './support/s3-service.js';
import { Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

/** A silent server is given up after two minutes, on a machine that may be busy. */
const LONG = 600_000;

describe('the service whose bucket is away', () => {
  const obstacle = missingTool('go') ?? missingTool('python3');
  let on: S3Service;
  /** By what serves it. */
  let views: Record<string, Address>;

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    on = await S3Service.start();
    const made = await on.makeRequests();
    const bundle = { url: `${on.service.base}/api/v1/requests/${made[0].view.id}/download`, headers: {} };
    views = { bundle, ...(await on.registryFiles(made)) };
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => on?.stop());

  itUnless(obstacle, 'says so and serves again', async () => {
    expect(await statuses()).toEqual({ bundle: 200, npm: 200, pip: 200, gomod: 200 });
    on.s3.outOfOrder = true;
    await expectUnavailable();
    on.s3.outOfOrder = false;
    expect(await statuses()).toEqual({ bundle: 200, npm: 200, pip: 200, gomod: 200 });
  }, LONG);

  itUnless(obstacle, 'says so when its server is silent', async () => {
    on.s3.server.freeze();
    try {
      await expectUnavailable();
    } finally {
      on.s3.server.thaw();
    }
    expect(await statuses()).toEqual({ bundle: 200, npm: 200, pip: 200, gomod: 200 });
  }, LONG);

  itUnless(obstacle, 'says so when its server is gone, and puts work off until it is back', async () => {
    await on.s3.server.kill();
    await expectUnavailable();
    const { id } = await on.service.create(await on.newRequest());
    await on.service.logged(`Request ${id} is tried again`);
    await on.s3.server.start();
    expect(await on.service.finish(id)).toMatchObject({ state: 'complete' });
    expect(await statuses()).toEqual({ bundle: 200, npm: 200, pip: 200, gomod: 200 });
  }, LONG);

  async function expectUnavailable(): Promise<void> {
    const ready = await on.service.fetch('/readyz');
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false, reason: expect.stringMatching(/^store unavailable: /) }]);
    const answers = await Promise.all(
      Object.entries(views).flatMap(([view, { url, headers }]) =>
        ['GET', 'HEAD'].map(async (method) => {
          const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(LONG) });
          return [view, method, answer.status, Number(answer.headers.get('retry-after')), await answer.text()];
        }),
      ),
    );
    const error = expect.stringMatching(/^\{"error":"The blob [0-9a-f]{64} cannot be used now/);
    expect(answers).toEqual(
      Object.keys(views).flatMap((view) => [
        [view, 'GET', 503, 10, error],
        [view, 'HEAD', 503, 10, ''],
      ]),
    );
  }

  async function statuses(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const [view, { url, headers }] of Object.entries(views)) {
      const answer = await fetch(url, { headers });
      found[view] = answer.status;
      await answer.arrayBuffer();
    }
    return found;
  }
});

describe('the service with a bucket that it cannot use', () => {
  const obstacle = missingTool('go') ?? missingTool('openssl');
  let directory: string;
  let plain: FleetS3;
  let secure: FleetS3;
  const [certificate, other] = obstacle === undefined ? [makeCertificate('IP:127.0.0.1'), makeCertificate('IP:127.0.0.1')] : [];

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    directory = await mkdtemp(join(tmpdir(), 'cachito-s3-trouble-'));
    plain = await FleetS3.start(directory);
    secure = await FleetS3.start(await mkdtemp(join(directory, 'secure-')), certificate);
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => {
    await plain?.close();
    await secure?.close();
    if (directory !== undefined) await rm(directory, { recursive: true });
  });

  itUnless(obstacle, 'names the bucket that does not exist', async () => {
    await expectRefusal({ ...plain.environment, CACHITO_S3_BUCKET: 'nowhere' }, /the bucket does not exist; check CACHITO_S3_BUCKET/);
  }, LONG);

  itUnless(obstacle, 'tells of a wrong key', async () => {
    const file = join(directory, 'wrong');
    await writeFile(file, 'wrong-secret', { mode: 0o600 });
    await expectRefusal(
      { ...plain.environment, CACHITO_S3_SECRET_ACCESS_KEY_FILE: file },
      /the secret access key is wrong/,
    );
    await expectRefusal({ ...plain.environment, CACHITO_S3_ACCESS_KEY_ID: 'nobody' }, /the server does not know the access key/);
  }, LONG);

  itUnless(obstacle, 'takes the certificates of CACHITO_S3_CA_FILE, and no others', async () => {
    const [right, wrong] = [join(directory, 'right.pem'), join(directory, 'wrong.pem')];
    await writeFile(right, certificate?.cert ?? '');
    await writeFile(wrong, other?.cert ?? '');
    const service = await Service.start({ ...secure.environment, CACHITO_S3_CA_FILE: right });
    try {
      expect(await (await service.fetch('/readyz')).json()).toEqual({ ok: true });
    } finally {
      await service.close();
    }
    const refusal = /the certificate of its server is refused \([A-Z_]+\); check CACHITO_S3_CA_FILE and CACHITO_S3_ENDPOINT/;
    await expectRefusal({ ...secure.environment, CACHITO_S3_CA_FILE: wrong }, refusal);
    await expectRefusal(secure.environment, refusal);
  }, LONG);

  /** In the log at the start, and in the readiness. */
  async function expectRefusal(environment: Record<string, string>, reason: RegExp): Promise<void> {
    const service = await Service.start(environment);
    try {
      while (!reason.test(service.log)) await wait(100);
      const ready = await service.fetch('/readyz');
      expect([ready.status, await ready.json()]).toEqual([503, { ok: false, reason: expect.stringMatching(reason) }]);
      expect(service.log).not.toMatch(/secret-of-the-test|wrong-secret|Signature=/);
    } finally {
      await service.close();
    }
  }
});
