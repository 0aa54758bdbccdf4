import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestArchive } from '../../../dependencies/testing.js';
import { DocumentArchive } from './document-archive.js';

const BASE = 'https://proxy.acme.dev/sumdb/sums.acme.dev/';
const CONTENT = Buffer.from('hashes');
const { signal } = new AbortController();

let test: TestArchive;
beforeAll(async () => {
  test = await TestArchive.open();
});
afterEach(() => test.clear());
afterAll(() => test?.close());

const open = (): DocumentArchive => new DocumentArchive(test.archive.forRequest({ offline: true }), BASE, 'sums.acme.dev');

describe('documents of a checksum database, in the real archive', () => {
  it('are found once they are kept', async () => {
    const archive = open();
    expect(await archive.find('tile/8/0/000', signal)).toBeUndefined();
    expect(await test.rows()).toEqual([]);
    await archive.keep('tile/8/0/000', CONTENT, signal);
    expect(await open().find('tile/8/0/000', signal)).toEqual(CONTENT);
    expect(await test.rows()).toMatchObject([{ name: 'sums.acme.dev', upstream: `${BASE}tile/8/0/000` }]);
  });

  it('may be looked for and kept by many at once', async () => {
    const archives = Array.from({ length: 30 }, open);
    const found = await Promise.all(
      archives.map(async (archive, at) => {
        if (at % 3 !== 0) return archive.find('latest', signal);
        await archive.keep('latest', CONTENT, signal);
        return archive.find('latest', signal);
      }),
    );
    expect(found.filter((_, at) => at % 3 === 0)).toEqual(Array.from({ length: 10 }, () => CONTENT));
    expect(await test.rows()).toHaveLength(1);
  });

  it('are given up with the signal', async () => {
    await expect(open().keep('latest', CONTENT, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});
