import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { Readers1795824000000 } from './1795824000000-readers.js';
import { MIGRATIONS } from './index.js';

describe('hosts of the requests that there are', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase({ migrated: false });
  });
  afterAll(() => database.close());

  const REPOSITORIES: [string, string][] = [
    ['https://git.example.org/team/app.git', 'git.example.org'],
    ['https://user:se@cret@GIT.example.org.:8443/team/app', 'git.example.org'],
    ['ssh://git@git.example.org:2222/team/app', 'git.example.org'],
    ['git@Git.Example.org:team/app.git', 'git.example.org'],
    ['git.example.org:team/app.git', 'git.example.org'],
    ['https://[2001:DB8::1]:443/team/app', '2001:db8::1'],
    ['https://bücher.example/team/app', '?'],
    ['nonsense', '?'],
  ];

  it('are looked up by all that is stored of them', async () => {
    const { dataSource } = database;
    await dataSource.runMigrations({ transaction: 'each' });
    const first = MIGRATIONS.indexOf(Readers1795824000000);
    for (let n = first; n < MIGRATIONS.length; n++) await dataSource.undoLastMigration({ transaction: 'each' });
    for (const [repo] of REPOSITORIES) await request(repo);
    const full = await request('https://a.example.org/x');
    const plain = await request('https://a.example.org/x');
    const artifacts = [
      ['npm', 'kite', 'https://registry.example.org/kite.tgz'],
      ['npm', 'packed', 'npm+https://files.example.org:8443/x.tgz#sha512-0a'],
      ['npm', 'own', `git+https://b.example.org/team/own.git#${'c'.repeat(40)}`],
      ['pip', 'wheel', `METADATA of wheel sha256:${'a'.repeat(64)}`],
      ['gomod', 'c.example.org/team/mod', 'https://proxy.example.org/c.example.org/team/mod/@v/v1.0.0.zip'],
    ];
    for (const [at, [ecosystem, name, upstream]] of artifacts.entries()) {
      await dataSource.query(
        `INSERT INTO "artifact" ("id", "ecosystem", "name", "version", "upstream", "sha256", "size", "verified_by")
         VALUES ($1, $2, $3, '1', $4, repeat('1', 64), 1, 'none')`,
        [at + 1, ecosystem, name, upstream],
      );
    }
    await dataSource.query(
      `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "submodules", "size", "entries", "index_sha256")
       VALUES ('https://b.example.org/team/own.git', 'team/own', repeat('c', 40), true, 0, $1, 0, 0, repeat('d', 64))`,
      [JSON.stringify([{ url: 'https://d.example.org/sub' }, { url: '../stays' }])],
    );
    await dataSource.query(
      `INSERT INTO "component" ("id", "type", "name", "version") VALUES
         (1, 'npm', 'app', '1'), (2, 'npm', 'x', '1'), (3, 'git-submodule', 'sub', 'git@e.example.org:sub#0'),
         (4, 'git-submodule', 'relative', '../sub#0')`,
    );
    await dataSource.query(`INSERT INTO "dependency_set" ("id", "sha256", "members") VALUES (1, repeat('1', 64), 5), (2, repeat('2', 64), 0)`);
    await dataSource.query(
      `INSERT INTO "dependency_set_member" ("set_id", "position", "component_id", "artifact_id") SELECT 1, n, 2, n FROM generate_series(1, 5) n`,
    );
    await dataSource.query(
      `INSERT INTO "request_package" ("request_id", "position", "component_id", "dependency_set_id")
       VALUES ($1, 0, 1, 1), ($1, 1, 3, 2), ($1, 2, 4, 2), ($2, 0, 1, 2)`,
      [full, plain],
    );

    await dataSource.runMigrations({ transaction: 'each' });
    const rows: { repo: string; source_hosts: string[] }[] = await dataSource.query(
      'SELECT "repo", "source_hosts" FROM "request" ORDER BY "id"',
    );
    const hosts = ['a', 'b', 'c', 'd', 'e', 'files', 'proxy', 'registry'].map((name) => `${name}.example.org`);
    expect(rows.slice(0, -2)).toEqual(REPOSITORIES.map(([repo, host]) => ({ repo, source_hosts: [host] })));
    expect(rows.slice(-2).map((row) => row.source_hosts)).toEqual([hosts, ['a.example.org']]);

    // A process of an older version says nothing of hosts.
    const later = await request('https://a.example.org/x');
    expect(await dataSource.query('SELECT "source_hosts" FROM "request" WHERE "id" = $1', [later])).toEqual([{ source_hosts: ['?'] }]);
  });

  async function request(repo: string): Promise<number> {
    const rows: { id: number }[] = await database.dataSource.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref") VALUES ($1, 'x', repeat('a', 40)) RETURNING "id"`,
      [repo],
    );
    return rows[0].id;
  }
});
