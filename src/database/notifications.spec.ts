import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { until } from '../../test/support/until.js';
import { postgresOptions } from './data-source.js';
import { Notifications, type NotificationPayload } from './notifications.js';
import { openTestDatabase, type TestDatabase } from './testing.js';

let database: TestDatabase;
let here: Notifications;
let elsewhere: Notifications;
let other: DataSource;

beforeEach(async () => {
  Logger.overrideLogger(false);
  database = await openTestDatabase();
  other = await new DataSource(postgresOptions(database.url)).initialize();
  here = new Notifications(database.dataSource);
  elsewhere = new Notifications(other);
});

afterEach(async () => {
  await Promise.all([here.close(), elsewhere.close()]);
  if (other.isInitialized) await other.destroy();
  await database.close();
});

/** Subscribes and waits until the server knows. */
async function listen(notifications: Notifications, channel: string): Promise<{ heard: NotificationPayload[]; missed: () => number; end: () => void }> {
  const heard: NotificationPayload[] = [];
  let missed = 0;
  const end = notifications.subscribe(channel, (payload) => heard.push(payload), () => (missed += 1));
  await until(() => missed > 0);
  return { heard, missed: () => missed, end };
}

describe('Notifications', () => {
  it('reach this process and others, on their channel, as long as one listens', async () => {
    const one = await listen(here, 'a');
    const two = await listen(elsewhere, 'a');
    const three = await listen(elsewhere, 'b"; DROP');
    await here.publish('a', { id: 1, text: "it's" });
    await elsewhere.publish('a', { id: 2 });
    await until(() => one.heard.length === 2 && two.heard.length === 2);
    expect(one.heard).toEqual([{ id: 1, text: "it's" }, { id: 2 }]);
    expect(three.heard).toEqual([]);
    one.end();
    await here.publish('a', { id: 3 });
    await here.publish('b"; DROP', { id: 4 });
    await until(() => two.heard.length === 3 && three.heard.length === 1);
    expect(one.heard).toHaveLength(2);
  });

  it('listen again when the connection breaks, and tell that something may have been missed', async () => {
    const one = await listen(here, 'a');
    const two = await listen(here, 'b');
    await other.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'cachito % listens'`);
    await until(() => one.missed() === 2 && two.missed() === 2);
    await elsewhere.publish('b', { id: 1 });
    await until(() => two.heard.length === 1);
  });

  it('do not let one handler disturb another', async () => {
    here.subscribe('a', () => {
      throw new Error('mine');
    });
    const one = await listen(here, 'a');
    await here.publish('a', {});
    await until(() => one.heard.length === 1);
  });

  it('ignore what is no object', async () => {
    const one = await listen(here, 'a');
    await other.query(`SELECT pg_notify('a', 'x'), pg_notify('a', '1'), pg_notify('a', '{"id":1}')`);
    await until(() => one.heard.length === 1);
    expect(one.heard).toEqual([{ id: 1 }]);
  });

  it('never fail the publisher for want of a database, only for too much text', async () => {
    await expect(here.publish('a', { text: 'x'.repeat(7_000) })).rejects.toThrow(RangeError);
    await other.destroy();
    await elsewhere.publish('a', {});
  });

  it('close while they try to connect', async () => {
    const lost = new Notifications(new DataSource(postgresOptions('postgresql://nobody:x@127.0.0.1:1/x')));
    lost.subscribe('a', () => undefined);
    await lost.close();
  });
});
