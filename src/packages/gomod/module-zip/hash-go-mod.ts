import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { PackageVersion } from '../../../dependencies/index.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { MAX_GO_MOD } from './limits.js';

/**
 * The `h1` digest of a `go.mod` file, 64 hexadecimal digits: what `go.sum` has of it in base64 behind
 * `<version>/go.mod` (golang.org/x/mod/sumdb/dirhash.Hash1 of this one file). Throws `InvalidFileFormat` when it is
 * larger than Go allows.
 */
export async function hashGoMod(file: string, signal: AbortSignal, module: PackageVersion): Promise<string> {
  const content = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_GO_MOD) throw tooLarge(module);
    content.update(chunk);
  }
  return createHash('sha256').update(`${content.digest('hex')}  go.mod\n`).digest('hex');
}

function tooLarge({ name, version }: PackageVersion): InvalidFileFormat {
  return new InvalidFileFormat(
    `The go.mod of the module ${name} ${version} is refused: it has more than ${MAX_GO_MOD} bytes.`,
  );
}
