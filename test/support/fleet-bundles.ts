import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { execa } from 'execa';
import type { PlannedRequest } from './fleet-requests.js';
import { treeOfDirectory } from './git-tree.js';
import { removeTree } from './go-bundle.js';

/** Checks a bundle: below `app/` exactly what the commit holds (paths, modes, bytes), below `deps/` what it names. */
export async function expectBundle(bytes: Buffer, { tree, archives, body }: PlannedRequest, scratch: string): Promise<void> {
  const directory = await mkdtemp(join(scratch, 'bundle-'));
  try {
    await execa('tar', ['-xz'], { cwd: directory, input: bytes });
    expect([body, await treeOfDirectory(join(directory, 'app'))]).toEqual([body, tree]);
    const found = await digestsBelow(join(directory, 'deps'));
    expect([body, archives.map(sha256).filter((digest) => !found.has(digest))]).toEqual([body, []]);
    if (archives.length === 0) expect([body, found.size]).toEqual([body, 0]);
  } finally {
    await removeTree(directory);
  }
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function digestsBelow(directory: string): Promise<Set<string>> {
  const digests = new Set<string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) digests.add(sha256(await readFile(join(entry.parentPath, entry.name))));
  }
  return digests;
}
