import type { Artifact } from '../../dependencies/index.js';
import { UnsupportedFeature } from '../../errors/index.js';
import type { PlacedArtifact, RegistryEntry } from '../package-manager.js';
import { bundlePath } from './layout.js';
import { packageKey } from './needs.js';

/**
 * What was archived, in the bundle and in the registry of the request, each archive once. Two different ones of the
 * same name and version are refused with `UnsupportedFeature`: neither a registry nor a bundle could hold both.
 */
export class Placement {
  readonly artifacts: PlacedArtifact[] = [];
  readonly registryEntries: RegistryEntry[] = [];
  /** Path below `deps/` of each external, by its source. */
  readonly externalPaths = new Map<string, string>();
  private readonly byPath = new Map<string, Artifact>();
  private readonly byName = new Map<string, Artifact>();

  addExternal(artifact: Artifact, source: string): void {
    const path = bundlePath(artifact.name, artifact.version, source);
    this.externalPaths.set(source, path);
    this.add(artifact, path);
  }

  add(artifact: Artifact, path: string): void {
    const { name, version } = artifact;
    const key = packageKey(artifact);
    for (const known of [this.byPath.get(path), this.byName.get(key)]) {
      if (known === undefined || known.sha256 === artifact.sha256) continue;
      throw new UnsupportedFeature(`Two different archives have the name and version ${key}. Update one of them.`);
    }
    if (!this.byPath.has(path)) this.artifacts.push({ artifact, path });
    if (!this.byName.has(key)) this.registryEntries.push({ artifact, name, version });
    this.byPath.set(path, artifact);
    this.byName.set(key, artifact);
  }
}
