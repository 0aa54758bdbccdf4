import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { ConfigFileEntity, EnvironmentVariableEntity, FlagEntity, PackageManagerEntity, REQUEST_ENTITIES, RequestEntity, UserEntity } from './index.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase({ entities: REQUEST_ENTITIES });
});
afterAll(() => database.close());

describe('entities of requests', () => {
  it.each(REQUEST_ENTITIES.map((entity) => [entity.name, entity] as const))('%s matches its table', async (_, entity) => {
    const metadata = database.dataSource.getMetadata(entity);
    const rows: { column_name: string; data_type: string; is_nullable: string }[] = await database.dataSource.query(
      `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = $1 ORDER BY 1`,
      [metadata.tableName],
    );
    const names: Record<string, string> = {
      char: 'character',
      timestamp: 'timestamp without time zone',
      timestamptz: 'timestamp with time zone',
    };
    const declared = metadata.columns
      .map(({ databaseName, type, isNullable, isArray }) => {
        const text = typeof type === 'function' ? 'integer' : String(type);
        const dataType = isArray ? 'ARRAY' : (names[text] ?? text);
        return { column_name: databaseName, data_type: dataType, is_nullable: isNullable ? 'YES' : 'NO' };
      })
      .sort((a, b) => (a.column_name < b.column_name ? -1 : 1));
    expect(declared).toEqual(rows);
  });

  it('stores and loads a request with all its parts', async () => {
    const { manager } = database.dataSource;
    const user = await manager.save(UserEntity, { username: 'alice' });
    const saved = await manager.save(RequestEntity, {
      repo: 'https://h/x',
      repoName: 'x',
      ref: 'a'.repeat(40),
      user,
      packageManagers: await manager.find(PackageManagerEntity, { where: [{ name: 'npm' }, { name: 'pip' }] }),
      flags: await manager.findBy(FlagEntity, { name: 'cgo-disable' }),
      environmentVariables: [await manager.save(EnvironmentVariableEntity, { name: 'A', value: '1', kind: 'path' })],
      configurationFiles: [await manager.save(ConfigFileEntity, { path: 'a', content: 'eA==' })],
      labels: { a: 'b' },
    });
    const loaded = await manager.findOneOrFail(RequestEntity, {
      where: { id: saved.id },
      relations: { user: true, packageManagers: true, flags: true, environmentVariables: true, configurationFiles: true },
    });
    expect(loaded).toMatchObject({
      user: { username: 'alice' },
      state: 1,
      attempt: 0,
      packages: {},
      dependencyReplacements: [],
      labels: { a: 'b' },
      packageManagers: [{ name: 'npm' }, { name: 'pip' }],
      flags: [{ name: 'cgo-disable', active: true }],
      environmentVariables: [{ name: 'A', kind: 'path' }],
      configurationFiles: [{ path: 'a' }],
    });
  });

  it('is seeded with managers in their public order, and flags', async () => {
    const managers = await database.dataSource.manager.find(PackageManagerEntity, { order: { id: 'ASC' } });
    expect(managers.map(({ name }) => name)).toEqual(['gomod', 'npm', 'pip', 'git-submodule', 'yarn', 'rubygems']);
    const flags = await database.dataSource.manager.findBy(FlagEntity, { active: false });
    expect(flags.map(({ name }) => name)).toEqual(['pip-dev-preview']);
  });
});
