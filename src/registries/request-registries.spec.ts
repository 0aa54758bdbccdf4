import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RegistryEntry } from '../packages/index.js';
import { packageOf } from './npm/testing.js';
import { digestOf, RegistryService } from './testing.js';

let service: RegistryService;
beforeAll(async () => {
  service = await RegistryService.start();
});
afterAll(() => service?.close());
beforeEach(async () => {
  await service.dataSource.query('TRUNCATE "request_registry", "registry_set" CASCADE');
});

async function entriesOf(...names: string[]): Promise<RegistryEntry[]> {
  return Promise.all(
    names.map(async (name) => service.entry({ name, version: '1.0.0', bytes: await packageOf({ name }) })),
  );
}

async function rows(table: 'registry_set' | 'registry_set_entry' | 'request_registry'): Promise<number> {
  const [{ count }]: [{ count: string }] = await service.dataSource.query(`SELECT count(*) FROM "${table}"`);
  return Number(count);
}

async function setOf(id: number): Promise<string | undefined> {
  const found: { set_id: string }[] = await service.dataSource.query(
    'SELECT "set_id" FROM "request_registry" WHERE "request_id" = $1',
    [id],
  );
  return found[0]?.set_id;
}

async function makeOld(): Promise<void> {
  await service.dataSource.query(`UPDATE "registry_set" SET "created" = "created" - interval '61 minutes'`);
}

describe('seal', () => {
  it('stores the same content once, in whatever order it comes', async () => {
    const [a, b, c] = await entriesOf('a', 'b', 'c');
    const first = await service.seal([a, b]);
    const second = await service.seal([b, a, b]);
    const third = await service.seal([a, c]);
    expect(await setOf(second.id)).toBe(await setOf(first.id));
    expect(await setOf(third.id)).not.toBe(await setOf(first.id));
    expect([await rows('registry_set'), await rows('registry_set_entry')]).toEqual([2, 4]);
  });

  it('tells the same version with other bytes apart, not the same bytes from elsewhere', async () => {
    const file = { name: 'a', version: '1.0.0', bytes: await packageOf({ name: 'a' }) };
    const one = await service.seal([await service.entry(file)]);
    const elsewhere = await service.entry({ ...file, upstream: 'https://mirror.example/a.tgz' });
    const mirrored = await service.seal([elsewhere]);
    const both = await service.seal([elsewhere, await service.entry(file)]);
    const changed = await service.seal([await service.entry({ ...file, bytes: await packageOf({ name: 'a', x: 1 }) })]);
    expect(new Set([await setOf(one.id), await setOf(mirrored.id), await setOf(both.id)]).size).toBe(1);
    expect(await setOf(changed.id)).not.toBe(await setOf(one.id));
  });

  it('opens a registry of nothing', async () => {
    const access = await service.seal([]);
    expect((await service.call(access, '')).status).toBe(200);
    expect((await service.call(access, 'a')).status).toBe(404);
  });

  it('replaces what an earlier attempt left', async () => {
    const id = await service.request();
    await service.seal(await entriesOf('a'), { id });
    const access = await service.seal(await entriesOf('b'), { id });
    expect(await rows('request_registry')).toBe(1);
    expect((await service.call(access, 'a')).status).toBe(404);
    expect((await service.call(access, 'b')).status).toBe(200);
  });

  it('keeps nothing when the transaction fails', async () => {
    const [a] = await entriesOf('a');
    const id = await service.request();
    const failing = service.dataSource.transaction(async (manager) => {
      await service.registries.seal(manager, id, 'npm', service.registries.issue(id, 'npm'), [a]);
      throw new Error('the claim was lost');
    });
    await expect(failing).rejects.toThrow('the claim was lost');
    expect([await rows('registry_set'), await rows('request_registry')]).toEqual([0, 0]);
  });

  it('stores no password', async () => {
    const { password } = await service.seal([]);
    const stored = await service.dataSource.query('SELECT * FROM "request_registry"');
    expect(JSON.stringify(stored)).not.toContain(password);
  });

  it('takes many entries', async () => {
    const [a] = await entriesOf('a');
    const many = Array.from({ length: 25_000 }, (_, at) => ({ ...a, name: `name-${at}` }));
    const access = await service.seal(many);
    expect(await rows('registry_set_entry')).toBe(25_000);
    expect((await service.call(access, 'name-24999')).status).toBe(200);
  });

  it('keeps names of files and what is told about them, as a part of the content', async () => {
    const [a] = await entriesOf('a');
    const named: RegistryEntry = { ...a, file: 'a-1.whl' };
    const yanked = 'a"\'\\\n\0\ud800';
    const told: RegistryEntry = { ...named, attributes: { yanked, 'requires-python': '>=3' } };
    const turned: RegistryEntry = { ...named, attributes: { 'requires-python': '>=3', yanked } };
    const sets = [[a], [named], [told], [turned], [told, turned]];
    const sealed = await Promise.all(sets.map((each) => service.seal(each)));
    const ids = await Promise.all(sealed.map(({ id }) => setOf(id)));
    expect(new Set(ids).size).toBe(3);
    expect(ids.slice(3)).toEqual([ids[2], ids[2]]);
    const stored: unknown = await service.dataSource.query(
      'SELECT "file", "attributes" FROM "registry_set_entry" ORDER BY "file" NULLS FIRST, "attributes" NULLS FIRST',
    );
    expect(stored).toEqual([
      { file: null, attributes: null },
      { file: 'a-1.whl', attributes: null },
      { file: 'a-1.whl', attributes: { yanked: 'a"\'\\\n\ufffd\ufffd', 'requires-python': '>=3' } },
    ]);
  });

  it('gives content without names of files the digest that it always had', async () => {
    const entries = await entriesOf('b', 'a');
    const { id } = await service.seal(entries);
    const lines = entries.map(({ name, version, artifact }) => `${name}@${version} ${artifact.sha256}`).sort();
    const sets: unknown = await service.dataSource.query('SELECT "id", "sha256" FROM "registry_set"');
    expect(sets).toEqual([{ id: await setOf(id), sha256: digestOf('sha256', Buffer.from(lines.join('\n'))) }]);
  });

  it('takes the same file under one name once, and no two files under one name', async () => {
    const [a, b] = await entriesOf('a', 'b');
    const [one, again] = ['1', '2'].map((version): RegistryEntry => ({ ...a, version, file: 'a.zip' }));
    const other: RegistryEntry = { ...one, artifact: b.artifact };
    await service.seal([one, again]);
    expect(await rows('registry_set_entry')).toBe(1);
    const clash = `Two different files are called "a.zip" at "a", with the SHA-256 digests`;
    await expect(service.seal([one, other])).rejects.toThrow(clash);
    await expect(service.seal([one, { ...one, file: 'b.zip' }])).rejects.toThrow('as "a.zip" and as "b.zip"');
    await service.seal([one, { ...other, name: 'b' }, { ...again, file: 'b.zip' }]);
    expect(await rows('registry_set_entry')).toBe(4);
  });

  it('is safe beside others that seal the same sets in another order', async () => {
    const [a, b] = await entriesOf('a', 'b');
    const sealBoth = async (first: RegistryEntry, second: RegistryEntry): Promise<void> => {
      const id = await service.request();
      await service.dataSource.transaction(async (manager) => {
        const access = service.registries.issue(id, 'npm');
        await service.registries.seal(manager, id, 'npm', access, [first]);
        await service.registries.seal(manager, id, 'yarn', access, [second]);
      });
    };
    for (let round = 0; round < 10; round += 1) {
      await service.dataSource.query('TRUNCATE "request_registry", "registry_set" CASCADE');
      await Promise.all([sealBoth(a, b), sealBoth(b, a), sealBoth(a, b), sealBoth(b, a)]);
      expect([await rows('registry_set'), await rows('request_registry')]).toEqual([2, 8]);
    }
  });
});

describe('the end of a request', () => {
  it.each(['failed', 'stale'] as const)('%s removes its registries and no others', async (state) => {
    const entries = await entriesOf('a');
    const [own, other] = [await service.seal(entries), await service.seal(entries)];
    await service.seal(entries, { id: own.id, packageManager: 'yarn' });
    await service.change(own.id, state);
    expect(await rows('request_registry')).toBe(1);
    expect((await service.call(own, 'a')).status).toBe(401);
    expect((await service.call(other, 'a')).status).toBe(200);
    await service.change(own.id, state);
  });

  it.each(['complete', 'in_progress'] as const)('is not %s', async (state) => {
    const { id } = await service.seal([]);
    await service.change(id, state);
    expect(await rows('request_registry')).toBe(1);
  });

  it('is not disturbed by a database that fails', async () => {
    const query = jest.spyOn(service.dataSource, 'query').mockRejectedValueOnce(new Error('gone'));
    const event = { id: 1, from: 'complete', to: 'stale', reason: '' } as const;
    await expect(service.registries.onStateChanged(event)).resolves.toBeUndefined();
    expect(query).toHaveBeenCalled();
    query.mockRestore();
  });
});

describe('removeLeftovers', () => {
  it('removes registries that outlived their requests', async () => {
    const living = await service.seal([]);
    for (const state of ['failed', 'stale'] as const) await service.seal([], { id: await service.request(state) });
    const running = await service.seal([], { id: await service.request('in_progress') });
    await service.registries.removeLeftovers();
    expect([await setOf(living.id), await setOf(running.id)]).not.toContain(undefined);
    expect(await rows('request_registry')).toBe(2);
  });

  it('removes content that nobody serves when it is old', async () => {
    const [used, young, old] = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => service.seal(await entriesOf(name))),
    );
    await service.dataSource.query('DELETE FROM "request_registry" WHERE "request_id" = $1', [old.id]);
    await makeOld();
    await service.dataSource.query('DELETE FROM "request_registry" WHERE "request_id" = $1', [young.id]);
    await service.dataSource.query(
      `UPDATE "registry_set" SET "created" = clock_timestamp() AT TIME ZONE 'utc' WHERE "id" = (
         SELECT "set_id" FROM "registry_set_entry" WHERE "name" = 'b')`,
    );
    await service.registries.removeLeftovers();
    const names: { name: string }[] = await service.dataSource.query(
      'SELECT "name" FROM "registry_set_entry" ORDER BY "name"',
    );
    expect(names.map(({ name }) => name)).toEqual(['a', 'b']);
    expect((await service.call(used, 'a')).status).toBe(200);
  });

  it('leaves content alone that a request is about to use', async () => {
    const entries = await entriesOf('a');
    const first = await service.seal(entries);
    await service.change(first.id, 'stale');
    await makeOld();
    const id = await service.request();
    const access = service.registries.issue(id, 'npm');
    await service.dataSource.transaction(async (manager) => {
      await service.registries.seal(manager, id, 'npm', access, entries);
      // Another connection, while the set has no registry that it could see.
      await service.registries.removeLeftovers();
    });
    expect((await service.call(access, 'a')).status).toBe(200);
  });

  it('and seal do not hinder each other', async () => {
    const [a, b] = await entriesOf('a', 'b');
    for (let round = 0; round < 10; round += 1) {
      const sealed = await Promise.all([
        service.seal([a]),
        service.registries.removeLeftovers(),
        service.seal([b]),
        service.registries.removeLeftovers(),
        service.seal([a, b]),
      ]);
      for (const access of sealed) {
        if (access === undefined) continue;
        expect(await setOf(access.id)).toBeDefined();
        await service.change(access.id, 'stale');
      }
      await makeOld();
    }
    await service.registries.removeLeftovers();
    expect(await rows('registry_set')).toBe(0);
  });
});
