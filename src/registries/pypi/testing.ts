import type { RegistryEntry } from '../../packages/index.js';
import { digestOf, type RegistryService } from '../testing.js';

/** What an index tells about a file. */
export interface FileFacts {
  requiresPython?: string;
  yanked?: string;
  /** Content of its `METADATA`. */
  metadata?: Buffer;
}

/** A file of a package index, archived, as an entry of a registry. */
export async function hostedFile(
  service: RegistryService,
  name: string,
  version: string,
  file: string,
  bytes: Buffer,
  { requiresPython, yanked, metadata }: FileFacts = {},
): Promise<RegistryEntry> {
  const archived = (path: string, content: Buffer) =>
    service.entry({ ecosystem: 'pip', name, version, bytes: content, upstream: `https://files.example/${path}` });
  const entry = await archived(file, bytes);
  if (metadata !== undefined) await archived(`${file}.metadata`, metadata);
  const attributes = {
    ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(metadata && { metadata: digestOf('sha256', metadata), 'metadata-size': String(metadata.length) }),
  };
  return { ...entry, file, attributes };
}

/** Another archive; `directory` starts with a slash. */
export async function rawFile(
  service: RegistryService,
  directory: string,
  file: string,
  bytes: Buffer,
): Promise<RegistryEntry> {
  const upstream = `https://host.example${directory}/${file}`;
  const entry = await service.entry({ ecosystem: 'pip', name: directory, version: file, bytes, upstream });
  return { ...entry, file };
}
