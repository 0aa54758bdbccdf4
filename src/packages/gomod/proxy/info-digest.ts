import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { PackageVersion } from '../../../dependencies/index.js';
import { NetworkError } from '../../../errors/index.js';

/** Bytes; an `.info` file has a few hundred. */
export const MAX_INFO = 64 * 1024;

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The SHA-256 of an `.info` file that is about to be archived, for `ArtifactSpec.fileDigests`: nothing vouches for such a
 * file, so all that can be asked is that it speaks of the version, and has a time (RFC 3339). Throws `NetworkError`.
 */
export async function infoDigest(file: string, _: AbortSignal, { name, version }: PackageVersion): Promise<string> {
  const { size } = await stat(file);
  const content = size > MAX_INFO ? Buffer.alloc(0) : await readFile(file);
  const info = parse(content.toString('utf8'));
  if (info?.Version === version && typeof info.Time === 'string' && TIME.test(info.Time))
    return createHash('sha256').update(content).digest('hex');
  throw new NetworkError(
    `What a module proxy says about ${name} ${version} makes no sense: its .info file must hold this version and its ` +
      `time as JSON, in at most ${MAX_INFO} bytes.`,
  );
}

function parse(text: string): { Version?: unknown; Time?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
