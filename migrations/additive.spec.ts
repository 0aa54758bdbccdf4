import { describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { unsafeBesideEarlier } from '../test/support/additive-sql.js';
import { MIGRATIONS } from './index.js';

/** Of the first migration that fleets went through side by side. */
const FIRST_CHECKED = 1795737600000;

/**
 * In a rolling upgrade processes of the previous version go on with the new schema. So what they read and write must still
 * be there, and what they do not know must do without them.
 */
describe('migrations since the fleet', () => {
  const checked = MIGRATIONS.filter(({ name }) => Number(name.slice(-13)) >= FIRST_CHECKED);

  it.each(checked.map((migration) => [migration.name, migration] as const))('%s lets the previous version go on', async (_, Migration) => {
    const statements: string[] = [];
    const query = (sql: string): Promise<unknown[]> => {
      statements.push(sql);
      return Promise.resolve([]);
    };
    // It is not run here, only listened to: rows that it asks for are none.
    await new Migration().up({ query } as unknown as QueryRunner);
    expect(statements).not.toEqual([]);
    expect(unsafeBesideEarlier(statements)).toEqual([]);
  });

  it.each([
    ['ALTER TABLE "a" DROP COLUMN "b"', 'drops'],
    ['ALTER TABLE a\n  ADD COLUMN "c" text, DROP "b"', 'drops'],
    ['DROP TABLE "a"', 'drops'],
    ['ALTER TABLE "a" RENAME COLUMN "b" TO "c"', 'renames'],
    ['ALTER TABLE "a" RENAME TO "c"', 'renames'],
    ['ALTER TABLE "a" ADD COLUMN "b" text NOT NULL', 'asks for a value'],
    ['alter table a add b text not null, add c integer default 1', 'asks for a value'],
    ['ALTER TABLE "a" ALTER COLUMN "b" SET NOT NULL', 'asks for a value'],
    ['ALTER TABLE "a" ALTER COLUMN "b" TYPE bigint', 'changes a type'],
    ['ALTER TABLE "a" ALTER "b" DROP DEFAULT', 'drops'],
    ['ALTER TABLE "a" ADD CONSTRAINT "c" CHECK ("b" > 0)', 'adds a rule'],
    ['ALTER TABLE "a" ADD CHECK ("b" > 0)', 'adds a rule'],
    ['CREATE UNIQUE INDEX "c" ON "a" ("b")', 'adds a rule'],
    ['TRUNCATE "a"', 'drops'],
  ])('%s: is found', (sql, fault) => {
    expect(unsafeBesideEarlier([sql])).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    'ALTER TABLE "a" ADD COLUMN "b" text, ADD COLUMN "c" boolean NOT NULL DEFAULT false',
    `ALTER TABLE "a" ADD COLUMN "b" text[] NOT NULL DEFAULT '{?}'`,
    'CREATE TABLE "b" ("id" integer NOT NULL CHECK ("id" > 0), "a" text NOT NULL REFERENCES "a" ON DELETE CASCADE)',
    'CREATE INDEX "c" ON "a" ("b")',
    'CREATE TEMPORARY TABLE "t" ON COMMIT DROP AS SELECT 1',
    'DROP FUNCTION pg_temp.x(text)',
    'DROP INDEX "c"',
    `UPDATE "a" SET "b" = 'DROP TABLE x'`,
  ])('%s: is allowed', (sql) => {
    expect(unsafeBesideEarlier([sql])).toEqual([]);
  });

  it('tables of the same migration may be changed in any way', () => {
    const made = ['CREATE TEMPORARY TABLE "t" AS SELECT 1', 'CREATE UNIQUE INDEX ON "t" ("a")', 'ALTER TABLE "t" DROP COLUMN "b"'];
    expect(unsafeBesideEarlier(made)).toEqual([]);
    expect(unsafeBesideEarlier([...made, 'CREATE UNIQUE INDEX ON "u" ("a")'])).toHaveLength(1);
  });
});
