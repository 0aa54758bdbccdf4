import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { until } from '../../test/support/until.js';
import { makeCertificate } from '../download/__fixtures__/servers.js';
import { isWorthRetrying, openDataSource, postgresOptions } from './data-source.js';
import { Notifications, type NotificationPayload } from './notifications.js';
import { startTestServer, type TestServer } from './testing-server.js';

Logger.overrideLogger(false);

describe('a PostgreSQL server that is restarted', () => {
  let server: TestServer;
  let dataSource: DataSource;
  let notifications: Notifications;

  beforeEach(async () => {
    server = await startTestServer();
    dataSource = await openDataSource(postgresOptions(server.url));
    notifications = new Notifications(dataSource);
  });
  afterEach(async () => {
    await notifications?.close();
    await dataSource?.destroy();
    await server?.close();
  });

  it('costs the queries that run, and those while it is away; then all goes on', async () => {
    const running = dataSource.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
    // The pool has several connections that are idle and break, too.
    await Promise.all(Array.from({ length: 8 }, () => dataSource.query('SELECT pg_sleep(0.01)')));
    await server.stop();
    expect(isWorthRetrying(await running)).toBe(true);
    const away: unknown = await dataSource.query('SELECT 1').catch((error: unknown) => error);
    expect(isWorthRetrying(away)).toBe(true);
    await server.start();
    for (let n = 0; n < 20; n++) expect(await dataSource.query('SELECT 1 AS "one"')).toEqual([{ one: 1 }]);
  });

  it('is listened to again, and listeners are told that they may have missed something', async () => {
    const heard: NotificationPayload[] = [];
    let missed = 0;
    notifications.subscribe('a', (payload) => heard.push(payload), () => (missed += 1));
    await until(() => missed === 1);
    await server.stop();
    await notifications.publish('a', { id: 1 });
    await server.start();
    await until(() => missed === 2);
    await notifications.publish('a', { id: 2 });
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ id: 2 }]);
  });

  it('leaves no transaction half done', async () => {
    const transaction = dataSource
      .transaction(async (manager) => {
        await manager.query(`INSERT INTO "user" ("username") VALUES ('ada')`);
        await server.stop();
        await manager.query(`INSERT INTO "user" ("username") VALUES ('bob')`);
      })
      .catch((error: unknown) => error);
    expect(await transaction).toBeInstanceOf(Error);
    await server.start();
    expect(await dataSource.query('SELECT * FROM "user"')).toEqual([]);
  });
});

describe('TLS to PostgreSQL', () => {
  const { certificate, key } = certificateOf('DNS:localhost');
  let server: TestServer;
  let directory: string;
  let authority: string;

  beforeAll(async () => {
    server = await startTestServer({ tls: { certificate, key } });
    directory = await mkdtemp(join(tmpdir(), 'cachito-tls-'));
    authority = join(directory, 'authority.pem');
    await writeFile(authority, certificate);
  });
  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Whether both kinds of connections are encrypted. */
  async function encrypted(host: string, query: Record<string, string>): Promise<boolean[]> {
    const url = new URL(server.url);
    url.hostname = host;
    url.search = String(new URLSearchParams(query));
    const dataSource = await new DataSource(postgresOptions(url.href)).initialize();
    const notifications = new Notifications(dataSource);
    try {
      await new Promise<void>((resolve) => notifications.subscribe('a', () => undefined, resolve));
      const rows: { ssl: boolean }[] = await dataSource.query(
        `SELECT s."ssl" FROM pg_stat_ssl s JOIN pg_stat_activity a USING ("pid") WHERE a."application_name" LIKE 'cachito%'`,
      );
      return rows.map(({ ssl }) => ssl);
    } finally {
      await notifications.close();
      await dataSource.destroy();
    }
  }

  it.each<[string, string, (authority: string) => Record<string, string>, boolean]>([
    ['nothing', '127.0.0.1', () => ({}), false],
    ['sslmode=disable', '127.0.0.1', () => ({ sslmode: 'disable' }), false],
    ['sslmode=no-verify', '127.0.0.1', () => ({ sslmode: 'no-verify' }), true],
    ['verify-full with its authority', 'localhost', (file) => ({ sslmode: 'verify-full', sslrootcert: file }), true],
  ])('by %s in the address', async (_, host, query, ssl) => {
    expect(await encrypted(host, query(authority))).toEqual([ssl, ssl]);
  });

  it.each<[string, string, (authority: string) => Record<string, string>]>([
    ['an authority that nobody knows', 'localhost', () => ({ sslmode: 'verify-full' })],
    ['another name than the certificate has', '127.0.0.1', (file) => ({ sslmode: 'verify-full', sslrootcert: file })],
  ])('refuses %s', async (_, host, query) => {
    await expect(encrypted(host, query(authority))).rejects.toThrow(/certificate|altnames/i);
  });
});

function certificateOf(...names: string[]): { certificate: string; key: string } {
  const { cert, key } = makeCertificate(...names);
  return { certificate: String(cert), key: String(key) };
}
