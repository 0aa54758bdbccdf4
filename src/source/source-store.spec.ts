import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FilesystemBlobStore } from '../store/index.js';
import { SourceStore } from './source-store.js';
import type { SourceEntry } from './tree/source-entries.js';

const NEVER = new AbortController().signal;

/** So many that the index is not read at once. */
async function* manyFiles(): AsyncIterable<SourceEntry> {
  for (let number = 10_000; number < 20_000; number += 1) yield { entry: { path: `file-${number}`, type: 'file', size: 0 } };
}

describe('SourceStore', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'source-store-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('stops to check a tree when the signal fires', async () => {
    const writer = new SourceStore(new FilesystemBlobStore(root));
    const { indexSha256 } = await writer.save(manyFiles(), { commitTime: 0, signal: NEVER, onBytes: () => undefined });
    const abort = new AbortController();
    class Interrupted extends FilesystemBlobStore {
      override async verify(sha256: string, signal?: AbortSignal): Promise<boolean> {
        if (sha256 !== indexSha256) abort.abort(new Error('cancelled'));
        return super.verify(sha256, signal);
      }
    }
    await expect(new SourceStore(new Interrupted(root)).isWhole(indexSha256, abort.signal)).rejects.toThrow('cancelled');
    expect(await new SourceStore(new FilesystemBlobStore(root)).isWhole(indexSha256, NEVER)).toBe(true);
  });
});
