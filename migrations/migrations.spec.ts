import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityMetadata } from 'typeorm';
import { postgresOptions } from '../src/database/data-source.js';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { MIGRATIONS } from './index.js';

interface Column {
  table_name: string;
  column_name: string;
  data_type: string;
  is_nullable: 'YES' | 'NO';
  column_default: string | null;
}

let database: TestDatabase;
beforeEach(async () => {
  database = await openTestDatabase({ migrated: false });
});
afterEach(() => database.close());

describe('migrations', () => {
  it('go up, down and up again, each step', async () => {
    const { dataSource } = database;
    const steps: unknown[] = [await schema(dataSource)];
    const run = await dataSource.runMigrations({ transaction: 'each' });
    expect(run).toHaveLength(MIGRATIONS.length);
    const whole = await schema(dataSource);
    while (steps.length <= MIGRATIONS.length) steps.push(await undoOne(dataSource));
    expect(steps.at(-1)).toEqual(steps[0]);
    await dataSource.runMigrations({ transaction: 'each' });
    expect(await schema(dataSource)).toEqual(whole);
  });

  it('are named in their order', () => {
    const times = MIGRATIONS.map((migration) => Number(migration.name.slice(-13)));
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times.every((time) => time > 1_700_000_000_000)).toBe(true);
  });

  it('make every table and column of every entity, as the entity has it', async () => {
    await database.dataSource.runMigrations({ transaction: 'each' });
    const dataSource = new DataSource({ ...postgresOptions(database.url), entities: await allEntities() });
    await dataSource.initialize();
    try {
      const columns = await columnsOf(dataSource);
      expect(dataSource.entityMetadatas.flatMap((entity) => differences(entity, columns))).toEqual([]);
      for (const { target } of dataSource.entityMetadatas) await dataSource.getRepository(target).find({ take: 1 });
    } finally {
      await dataSource.destroy();
    }
  });
});

async function undoOne(dataSource: DataSource): Promise<unknown> {
  await dataSource.undoLastMigration({ transaction: 'each' });
  return schema(dataSource);
}

/** Columns, constraints and indices, but for the table of the migrations themselves. */
async function schema(dataSource: DataSource): Promise<unknown> {
  const [constraints, indices]: unknown[][] = await Promise.all([
    dataSource.query(
      `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'migrations' ORDER BY 1, 2`,
    ),
    dataSource.query(`SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`),
  ]);
  return { columns: await columnsOf(dataSource), constraints, indices };
}

function columnsOf(dataSource: DataSource): Promise<Column[]> {
  return dataSource.query(
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1, 2`,
  );
}

function differences({ tableName, columns }: EntityMetadata, all: readonly Column[]): string[] {
  const found = all.filter((column) => column.table_name === tableName);
  if (found.length === 0) return [`there is no table ${tableName}`];
  const wrong = columns.flatMap(({ databaseName, isNullable }) => {
    const column = found.find(({ column_name }) => column_name === databaseName);
    if (column === undefined) return [`there is no column ${tableName}.${databaseName}`];
    const nullable = column.is_nullable === 'YES';
    return nullable === isNullable ? [] : [`${tableName}.${databaseName} is ${nullable ? '' : 'not '}nullable`];
  });
  const names = new Set(columns.map(({ databaseName }) => databaseName));
  const needed = found.filter((column) => column.is_nullable === 'NO' && column.column_default === null && !names.has(column.column_name));
  return [...wrong, ...needed.map((column) => `the entity of ${tableName} lacks ${column.column_name}`)];
}

/** Whatever the files of the rooms named `*.entity.ts` and `*.entities.ts` export. */
async function allEntities(): Promise<(new () => object)[]> {
  const source = new URL('../src/', import.meta.url);
  const files = (await readdir(source, { recursive: true })).filter((file) => /\.(entity|entities)\.ts$/.test(file));
  expect(files).not.toEqual([]);
  const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, source).pathname)));
  return modules.flatMap((module) => Object.values(module)).filter((value): value is new () => object => typeof value === 'function');
}
