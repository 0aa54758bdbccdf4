import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidChecksum, InvalidRequestData } from '../errors/index.js';
import type { ArtifactSpec } from './artifact.js';
import { digest, specOf, TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();
const contentOf = (path: string) => `content of ${path}`;

let test: TestArchive;
let upstream: TestUpstream;

beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestUpstream(() => undefined).listen();
});
afterEach(async () => {
  upstream.calls.clear();
  await test.clear();
});
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

function specs(count: number, first = 0): ArtifactSpec[] {
  return Array.from({ length: count }, (_, at) => specAt(`/${first + at}.tgz`));
}

function specAt(path: string): ArtifactSpec {
  return specOf([upstream.url(path)], { name: path, digests: { sha512: digest('sha512', contentOf(path)) }, compute: ['sha1'] });
}

function serveAll(): void {
  upstream.answer = (path, _, response) => void response.end(contentOf(path));
}

describe('many artifacts', () => {
  it('come in the order of their specs, and tell how many are there', async () => {
    serveAll();
    const [known] = await test.archive.getAll(specs(3), { signal });
    const counts: number[] = [];
    const wanted = [...specs(20, 1).reverse(), ...specs(1)];
    const all = await test.archive.getAll(wanted, { signal, onArchived: (count) => counts.push(count) });
    expect(all.map(({ name }) => name)).toEqual(wanted.map(({ name }) => name));
    expect(all.at(-1)).toEqual(known);
    expect(counts).toEqual(Array.from({ length: 19 }, (_, at) => at + 3));
    expect(upstream.totalCalls).toBe(21);
    expect(all[0].digests).toEqual({
      sha1: digest('sha1', contentOf('/20.tgz')),
      sha256: digest('sha256', contentOf('/20.tgz')),
      sha512: digest('sha512', contentOf('/20.tgz')),
    });
    expect(await test.archive.getAll([], { signal })).toEqual([]);
  });

  it('cost a handful of queries when they are known, however many', async () => {
    serveAll();
    await test.archive.getAll(specs(60), { signal });
    const { dataSource } = test.database;
    const query = dataSource.query.bind(dataSource);
    let queries = 0;
    dataSource.query = (...parameters: Parameters<typeof query>) => ((queries += 1), query(...parameters));
    try {
      await test.archive.forRequest({ offline: true }).getAll(specs(60), { signal });
    } finally {
      dataSource.query = query;
    }
    expect(queries).toBe(1);
  });

  it('are fetched once each, though a hundred requests want them at once', async () => {
    serveAll();
    const other = await test.otherProcess();
    const runs = await Promise.all(Array.from({ length: 100 }, () => test.archive.getAll(specs(30), { signal })));
    await other.close();
    expect([...upstream.calls.values()]).toEqual(Array.from({ length: 30 }, () => 1));
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(1);
  });

  it('may be named twice, and wanted by two processes', async () => {
    serveAll();
    const other = await test.otherProcess();
    const wanted = [...specs(40), ...specs(40)];
    const [mine, theirs] = await Promise.all([
      test.archive.getAll(wanted, { signal }),
      other.archive.getAll(wanted.toReversed(), { signal }),
    ]);
    await other.close();
    expect(mine).toEqual(theirs.toReversed());
    expect(await test.rows()).toHaveLength(40);
  });

  it('are recorded before a promise tells of them', async () => {
    serveAll();
    const { dataSource } = test.database;
    const seen: number[] = [];
    const visible = async (name: string) =>
      seen.push((await dataSource.query('SELECT 1 FROM "artifact" WHERE "name" = $1', [name])).length);
    await Promise.all(specs(20).map(async (spec) => visible((await test.archive.get(spec, signal)).name)));
    expect(seen).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it('keep to the concurrency that was asked for', async () => {
    let running = 0;
    let most = 0;
    upstream.answer = (path, _, response) => {
      most = Math.max(most, (running += 1));
      setTimeout(() => {
        running -= 1;
        response.end(contentOf(path));
      }, 5);
    };
    await test.archive.getAll(specs(20), { signal, concurrency: 3 });
    expect(most).toBe(3);
  });

  it('end with the first failure, which aborts the rest', async () => {
    const closed: Promise<unknown>[] = [];
    let refuse: () => void = () => undefined;
    // All that are asked at first keep silent until they are cut off, but one.
    upstream.answer = (path, _, response) => {
      if (path === '/4.tgz') refuse = () => response.writeHead(404).end();
      else closed.push(once(response, 'close'));
      if (upstream.totalCalls === 8) refuse();
    };
    await expect(test.archive.getAll(specs(60), { signal })).rejects.toThrow('/4.tgz 2.1.3 cannot be fetched');
    await Promise.all(closed);
    expect(upstream.totalCalls).toBeLessThan(20);
    expect(await test.rows()).toEqual([]);
  });

  it('are aborted by the signal, with its reason', async () => {
    const abort = new AbortController();
    upstream.answer = () => abort.abort(new Error('cancelled'));
    await expect(test.archive.getAll(specs(30), { signal: abort.signal })).rejects.toThrow('cancelled');
    expect(await test.rows()).toEqual([]);
    expect(await test.blobs()).toEqual([]);
  });

  it('leave nothing of one that is wrong', async () => {
    serveAll();
    const wrong = { ...specAt('/1.tgz'), digests: { sha1: '0'.repeat(40) } };
    await expect(test.archive.getAll([specAt('/0.tgz'), wrong], { signal })).rejects.toBeInstanceOf(InvalidChecksum);
    expect(await test.blobs()).not.toContain(digest('sha256', contentOf('/1.tgz')));
    expect((await test.rows()).map(({ name }) => name)).not.toContain('/1.tgz');
    // The other one may still be on its way into the catalogue, where the next test would find it.
    await test.archive.get(specAt('/0.tgz'), signal);
  });

  it('fetch nothing offline', async () => {
    serveAll();
    await test.archive.getAll(specs(2), { signal });
    const port = test.archive.forRequest({ offline: true });
    expect(await port.getAll(specs(2), { signal })).toHaveLength(2);
    await expect(port.getAll(specs(3), { signal })).rejects.toThrow(new InvalidRequestData('/2.tgz 2.1.3 is not archived, and the request forbids to fetch anything.'));
    expect(upstream.totalCalls).toBe(2);
  });

  it('are survived by an upstream that fails in every way now and then', async () => {
    const seen = new Map<string, number>();
    upstream.answer = (path, request, response) => {
      const turn = seen.get(path) ?? 0;
      seen.set(path, turn + 1);
      const fault = turn < 2 ? Number(/\d+/.exec(path)?.[0]) % 7 : 0;
      if (fault === 1) response.writeHead(429, { 'Retry-After': '1' }).end();
      else if (fault === 2) response.writeHead(503).end();
      else if (fault === 3) request.socket.destroy();
      else if (fault === 4) response.writeHead(200, { 'Content-Length': '99' }).write('cut', () => response.destroy());
      else response.end(contentOf(path));
    };
    expect(await test.archive.getAll(specs(50), { signal })).toHaveLength(50);
    expect(await test.rows()).toHaveLength(50);
  });

  it('fail alone when the database refuses one of them', async () => {
    serveAll();
    const bad = { ...specAt('/1.tgz'), name: 'a\0b' };
    const outcomes = await Promise.allSettled([...specs(10, 2), bad].map((spec) => test.archive.get(spec, signal)));
    expect(outcomes.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 'fulfilled'), 'rejected']);
  });
});
