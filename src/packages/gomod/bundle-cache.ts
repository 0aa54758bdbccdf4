import type { Artifact } from '../../dependencies/index.js';
import type { GeneratedFile, PlacedArtifact } from '../package-manager.js';
import { MODULE_CACHE } from './configuration.js';
import type { CachedFile } from './findings.js';
import { escapeModulePath, escapeVersion } from './modules/module-path.js';
import { compareVersions } from './modules/semver.js';

/** A file of a module, with its archived bytes. */
export interface ArchivedFile {
  file: Pick<CachedFile, 'kind' | 'path' | 'version'>;
  artifact: Artifact;
}

/** What the bundle's module cache consists of. */
export interface BundleCache {
  artifacts: PlacedArtifact[];
  generated: GeneratedFile[];
}

/**
 * Go's download cache: what a module proxy serves, and what `go` writes beside it, the hashes of zips and the lists of
 * versions (`go help modules`, `cache/download`).
 */
export function bundleCache(files: readonly ArchivedFile[]): BundleCache {
  const cache: BundleCache = { artifacts: [], generated: [] };
  const versions = new Map<string, string[]>();
  for (const { file, artifact } of files) {
    const directory = `${MODULE_CACHE}/cache/download/${escapeModulePath(file.path)}/@v`;
    const path = `${directory}/${escapeVersion(file.version)}`;
    cache.artifacts.push({ artifact, path: `${path}.${file.kind}` });
    if (file.kind === 'mod') versions.set(directory, [...(versions.get(directory) ?? []), file.version]);
    const { h1 } = artifact.digests;
    if (file.kind !== 'zip' || h1 === undefined) continue;
    cache.generated.push({ path: `${path}.ziphash`, content: Buffer.from(`h1:${Buffer.from(h1, 'hex').toString('base64')}`) });
  }
  for (const [directory, found] of versions) {
    const lines = found.sort(compareVersions).map((version) => `${version}\n`);
    cache.generated.push({ path: `${directory}/list`, content: Buffer.from(lines.join('')) });
  }
  return cache;
}
