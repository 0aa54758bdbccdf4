import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { ConfigurationModule } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { DatabaseModule } from './database.module.js';
import { Notifications } from './notifications.js';
import { openTestDatabase, type TestDatabase } from './testing.js';

@Entity('flag')
class FlagOfThisSpec {
  @PrimaryColumn()
  id: number;

  @Column()
  name: string;
}

function open(configuration = testConfiguration()): Promise<TestingModule> {
  return Test.createTestingModule({
    imports: [ConfigurationModule.forRoot(configuration), DatabaseModule, TypeOrmModule.forFeature([FlagOfThisSpec])],
  })
    .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
    .compile();
}

describe('DatabaseModule', () => {
  it('starts the embedded server, makes the schema, stops the server at the end', async () => {
    const configuration = testConfiguration();
    const app = await (await open(configuration)).init();
    expect(await app.get(DataSource).getRepository(FlagOfThisSpec).countBy({ name: 'gomod-vendor' })).toBe(1);
    await app.get(Notifications).publish('a', {});
    await app.close();
    await expect(readFile(join(configuration.directories.database, 'data', 'postmaster.pid'))).rejects.toThrow('ENOENT');
    await rm(configuration.directories.data, { recursive: true });
  });

  describe('with a server by its address', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await openTestDatabase({ migrated: false });
    });
    afterAll(() => database.close());

    it('runs migrations once, however many processes start', async () => {
      const configuration = testConfiguration({ database: { url: database.url } });
      const apps = await Promise.all([open(configuration), open(configuration), open(configuration)]);
      expect(await apps[0]!.get(DataSource).query('SELECT count(*)::int FROM "migrations"')).toEqual([{ count: MIGRATIONS.length }]);
      await Promise.all(apps.map((app) => app.close()));
    });

    it('fails at once where waiting does not help', async () => {
      const wrong = new URL(database.url);
      wrong.password = 'wrong';
      await expect(open(testConfiguration({ database: { url: wrong.href } }))).rejects.toMatchObject({ code: '28P01' });
    });
  });
});
