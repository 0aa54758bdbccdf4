import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/**
 * Runs `work` with a file of these certificates and the public ones, which is removed afterwards: git takes them from a
 * file only, and instead of the usual ones. Without certificates there is no file.
 */
export async function withCertificates<T>(
  ca: string | undefined,
  work: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (ca === undefined) return work(undefined);
  const directory = await mkdtemp(join(tmpdir(), 'cachito-ca-'));
  try {
    const file = join(directory, 'ca.pem');
    await writeFile(file, [ca, ...rootCertificates].join('\n'));
    return await work(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
