import { indexName } from '../names.js';
import { releaseKey } from '../versions.js';
import { LIMITS, refusalOf } from './archive-limits.js';
import { parseWheelName } from './wheel-name.js';
import { withZip } from './zip-file.js';

/**
 * The file `METADATA` of a wheel, from its folder `<name>-<version>.dist-info` (PEP 427). `file`: absolute path;
 * `fileName`: what the wheel is called. Throws `ValidationError` for a wheel that is damaged, hostile, or not the one
 * that its name says.
 */
export async function readWheelMetadata(file: string, fileName: string, signal: AbortSignal): Promise<Buffer> {
  const refusal = refusalOf(fileName);
  const wheel = parseWheelName(fileName);
  if (wheel === undefined) throw refusal('has not the name of a wheel');
  const folders = new Set<string>();
  const isWanted = ({ path, type }: { path: string; type: string }): boolean => {
    const [folder, name, ...rest] = path.split('/');
    if (name === undefined || !folder.endsWith('.dist-info')) return false;
    folders.add(folder);
    return type === 'file' && name === 'METADATA' && rest.length === 0;
  };
  return withZip(file, refusal, signal, isWanted, async ([metadata]) => {
    const [folder, ...others] = folders;
    if (metadata === undefined) throw refusal('is no wheel: it holds no .dist-info/METADATA');
    if (others.length > 0) throw refusal('holds several .dist-info folders');
    if (!isFolderOf(folder, wheel)) throw refusal('holds the .dist-info folder of another release');
    return metadata.read(LIMITS.metadata);
  });
}

function isFolderOf(folder: string, { name, version }: { name: string; version: string }): boolean {
  const [, folderName, folderVersion] = /^([^-]*)-(.*)\.dist-info$/s.exec(folder) ?? [];
  if (folderName === undefined) return false;
  return (
    indexName(folderName) === indexName(name) && releaseKey(folderVersion.replaceAll('_', '-')) === releaseKey(version)
  );
}
