import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Artifact } from '../../../dependencies/index.js';
import type { ResolveJob } from '../../package-manager.js';

/** Lets one look at an archived artifact as a file, given by its absolute path, which is gone afterwards. */
export async function withStoredFile<Result>(
  artifact: Artifact,
  { artifacts, scratchDirectory, signal }: Pick<ResolveJob, 'artifacts' | 'scratchDirectory' | 'signal'>,
  look: (file: string) => Promise<Result>,
): Promise<Result> {
  const file = join(await scratchDirectory(), 'archive');
  try {
    await pipeline(await artifacts.open(artifact), createWriteStream(file), { signal });
    return await look(file);
  } finally {
    await unlink(file).catch(() => undefined);
  }
}
