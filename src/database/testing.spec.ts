import { describe, expect, it } from '@jest/globals';
import { openTestDatabase } from './testing.js';

describe('openTestDatabase', () => {
  it('gives each caller a migrated database of its own', async () => {
    const [one, two] = await Promise.all([openTestDatabase(), openTestDatabase()]);
    try {
      await one.dataSource.query(`INSERT INTO "user" ("username") VALUES ('ada')`);
      expect(await one.dataSource.query(`SELECT "username" FROM "user"`)).toEqual([{ username: 'ada' }]);
      expect(await two.dataSource.query(`SELECT "username" FROM "user"`)).toEqual([]);
      expect(await two.dataSource.query('SHOW TIME ZONE')).toEqual([{ TimeZone: 'UTC' }]);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });
});
