import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { type Pin, sdistDigest, sdistFile } from './pip-pins.js';
import type { FileSpec } from './git-repository.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const KEPT = join(ROOT, 'node_modules/.cache/cachito-test-tools/sdists');

/** The source distribution of a pin from PyPI: fetched once, verified, kept. */
export async function sdist(pin: Pin): Promise<Buffer> {
  const path = join(KEPT, sdistFile(pin));
  const kept = await readFile(path).catch(() => undefined);
  if (kept !== undefined) return verified(pin, kept);
  const content = verified(pin, await fetched(await addressOf(pin)));
  await mkdir(KEPT, { recursive: true });
  const temporary = await mkdtemp(join(KEPT, 'fetching-'));
  await writeFile(join(temporary, 'file'), content);
  await rename(join(temporary, 'file'), path);
  await rm(temporary, { recursive: true });
  return content;
}

function verified(pin: Pin, content: Buffer): Buffer {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sdistDigest(pin)) throw new Error(`${sdistFile(pin)} has the digest ${found}`);
  return content;
}

async function addressOf(pin: Pin): Promise<string> {
  const [name = ''] = pin.split('==');
  const page = (await fetched(`https://pypi.org/simple/${name}/`)).toString();
  const links = [...page.matchAll(/href="([^"#]*)#sha256=([0-9a-f]{64})"/g)];
  const link = links.find(([, , sha256]) => sha256 === sdistDigest(pin))?.[1];
  if (link === undefined) throw new Error(`PyPI does not list ${sdistFile(pin)}`);
  return link;
}

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Files of the source distribution as they would lie in its repository: below `directory`, without PyPI's PKG-INFO. */
export async function sourceOf(pin: Pin, directory = '.'): Promise<Record<string, FileSpec>> {
  const files: Record<string, FileSpec> = {};
  const archive = extract();
  Readable.from([await sdist(pin)]).pipe(createGunzip()).pipe(archive);
  for await (const entry of archive) {
    const path = entry.header.name.split('/').slice(1).join('/');
    const content = await buffer(entry);
    if (entry.header.type !== 'file' || path === 'PKG-INFO' || /\.egg-info\//.test(path)) continue;
    // Left of a submodule; git can hold no such file.
    if (path.split('/').includes('.git')) continue;
    const executable = ((entry.header.mode ?? 0) & 0o111) !== 0;
    files[directory === '.' ? path : `${directory}/${path}`] = executable ? { content, executable } : content;
  }
  return files;
}
