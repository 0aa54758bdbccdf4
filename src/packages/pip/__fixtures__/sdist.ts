import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';

/** A `.tar.gz` with these files below `made-1.0/`, and `PKG-INFO`. */
export async function sdist(files: Record<string, string>): Promise<Buffer> {
  const packed = tar.pack();
  for (const [path, text] of Object.entries({ 'PKG-INFO': 'Metadata-Version: 1.0\n', ...files })) {
    packed.entry({ name: `made-1.0/${path}` }, text);
  }
  packed.finalize();
  return gzipSync(await buffer(packed));
}
