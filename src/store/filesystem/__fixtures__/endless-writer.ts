import { setTimeout as pause } from 'node:timers/promises';
import { FilesystemBlobStore } from '../filesystem-blob-store.js';

/** Writes blobs into the directory of its first argument, several at a time, until it is killed. */
const store = new FilesystemBlobStore(process.argv[2] ?? '');

async function* slowly(seed: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < 8; part += 1) {
    yield Buffer.alloc(400_000, `${seed} ${part}`);
    await pause(1);
  }
}

async function writeForEver(writer: number): Promise<void> {
  for (let round = 0; ; round += 1) {
    const { sha256 } = await store.put(slowly(`${process.pid} ${writer} ${round}`));
    // A whole line at a time: the reader counts on it that what was told is there.
    process.stdout.write(`${sha256}\n`);
  }
}

await Promise.all([0, 1, 2].map(writeForEver));
