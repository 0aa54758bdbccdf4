import type { Artifact } from '../../dependencies/index.js';
import { UnsupportedFeature } from '../../errors/index.js';
import type { PlacedArtifact, RegistryEntry } from '../package-manager.js';
import { quote } from '../quote.js';
import type { ArchivedFile } from './archive/archived.js';
import type { ExternalAddress } from './configuration.js';
import { type ExternalPlace, indexPlace } from './layout.js';
import { indexName } from './names.js';

/** A file of an index in the bundle. */
export interface LinkedFile {
  /** Below `deps/`. */
  path: string;
  file: ArchivedFile;
}

/**
 * What was archived, in the bundle and in the registry of the request, each file once. Two different files that would
 * need the same place are refused with `UnsupportedFeature`.
 */
export class Placement {
  readonly artifacts: PlacedArtifact[] = [];
  readonly registryEntries: RegistryEntry[] = [];
  /** Those of package indexes. */
  readonly links: LinkedFile[] = [];
  private readonly placed = new Map<string, Artifact>();
  private readonly served = new Map<string, Artifact>();
  /** Directory by the directory that is its own, both with the file. */
  private readonly externals = new Map<string, string>();

  constructor(private readonly layout: { flat: boolean }) {}

  addIndexFile(archived: ArchivedFile): void {
    const { file, artifact } = archived;
    const { path } = indexPlace(file, this.layout);
    if (this.place(artifact, path)) this.links.push({ path, file: archived });
    const name = indexName(file.name);
    if (this.serve(artifact, name, file.fileName)) {
      const attributes = attributesOf(archived);
      this.registryEntries.push({ artifact, name, version: file.version, file: file.fileName, attributes });
    }
  }

  addExternal(artifact: Artifact, { path, file, directories }: ExternalPlace): void {
    this.place(artifact, path);
    const [usual, own] = directories;
    // Forks have the same name.
    const directory = isOther(this.served.get(`/${usual} ${file}`), artifact) ? own : usual;
    const name = `/${directory}`;
    // The name of the file tells more of it than the version, and one version may have several names.
    if (this.serve(artifact, name, file)) this.registryEntries.push({ artifact, name, version: file, file });
    this.externals.set(`${own}/${file}`, `${directory}/${file}`);
  }

  /**
   * Where an archive lies. One that could not be had, of a constraint that nobody may need, is nowhere: the address is
   * the one it would have, where clients find nothing; they must not be led to the internet.
   */
  addressOf({ path, file, directories: [, own] }: ExternalPlace): ExternalAddress {
    return { registryPath: this.externals.get(`${own}/${file}`) ?? `${own}/${file}`, bundlePath: path };
  }

  private place(artifact: Artifact, path: string): boolean {
    const known = this.placed.get(path);
    if (known === undefined) {
      this.placed.set(path, artifact);
      this.artifacts.push({ artifact, path });
      return true;
    }
    refuseOther(known, artifact, path);
    return false;
  }

  private serve(artifact: Artifact, name: string, file: string): boolean {
    const key = `${name} ${file}`;
    const known = this.served.get(key);
    if (known === undefined) {
      this.served.set(key, artifact);
      return true;
    }
    refuseOther(known, artifact, file);
    return false;
  }
}

function isOther(known: Artifact | undefined, artifact: Artifact): boolean {
  return known !== undefined && known.sha256 !== artifact.sha256;
}

function refuseOther(known: Artifact, artifact: Artifact, path: string): void {
  if (!isOther(known, artifact)) return;
  throw new UnsupportedFeature(
    `Two different files of ${quote(artifact.name)} would both be ${quote(path)}. Ask for one of them only.`,
  );
}

/** What the index of the request tells about a file, as the index it came from did. */
function attributesOf({ file, metadata }: ArchivedFile): Record<string, string> {
  const { requiresPython, yanked } = file;
  return {
    ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(metadata === undefined ? {} : { metadata: metadata.sha256, 'metadata-size': String(metadata.size) }),
  };
}
