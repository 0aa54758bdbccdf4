import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Service } from './service.js';

/** Downloads the bundle of a request and unpacks it into a new directory below `parent`. */
export async function unpackBundle(service: Service, id: number, parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, `bundle-${id}-`));
  const { bytes } = await service.download(id);
  await execa('tar', ['-xz'], { cwd: directory, input: bytes });
  return directory;
}

/** Writes the configuration files of a request into its unpacked bundle, as users do. Returns them, path → text. */
export async function writeConfigurationFiles(
  service: Service,
  id: number,
  directory: string,
  query = '',
): Promise<Record<string, string>> {
  const response = await service.fetch(`/api/v1/requests/${id}/configuration-files${query}`);
  const files = (await response.json()) as { path: string; content: string }[];
  const texts: Record<string, string> = {};
  for (const { path, content } of files) {
    texts[path] = Buffer.from(content, 'base64').toString();
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), texts[path]);
  }
  return texts;
}
