import { Injectable } from '@nestjs/common';
import { sideBySide } from '../concurrency/index.js';
import { type Artifact, ArtifactLicenses } from '../dependencies/index.js';
import { PACKAGE_MANAGERS, type ReadLicense, type ResolvedPackage } from '../packages/index.js';
import type { RequestLog } from '../requests/index.js';
import { ArchiveStore } from '../store/index.js';

/** Files that are read at a time. */
const CONCURRENCY = 8;
/** Files whose licences are recorded together: what a crash costs. */
const RECORDED_TOGETHER = 100;

/** Reads the licences of archived files, each once and for ever. */
@Injectable()
export class LicenseRecorder {
  constructor(
    private readonly licenses: ArtifactLicenses,
    private readonly store: ArchiveStore,
  ) {}

  /**
   * Records the licences of the dependencies that none are recorded of. Those of a package manager whose files declare
   * none are left out. Throws what the store and the database throw, and the signal's reason.
   */
  async record(
    packages: readonly Pick<ResolvedPackage, 'dependencies'>[],
    { signal, log }: { signal: AbortSignal; log: RequestLog },
  ): Promise<void> {
    const artifacts = artifactsOf(packages);
    const missing = await this.licenses.missing(artifacts.keys());
    const unread = [...artifacts.values()].filter(({ artifact }) => missing.has(artifact.id));
    for (let at = 0; at < unread.length; at += RECORDED_TOGETHER) {
      const chunk = unread.slice(at, at + RECORDED_TOGETHER);
      const read = await sideBySide(chunk, CONCURRENCY, signal, async (each, shared) => {
        return [each.artifact.id, await this.read(each, shared)] as const;
      });
      await this.licenses.record(new Map(read));
    }
    if (unread.length > 0) log.log('debug', `The licences of ${unread.length} dependencies were read.`);
  }

  private read({ artifact, readLicense }: ReadableArtifact, signal: AbortSignal): ReturnType<ReadLicense> {
    const { name, version, upstream, size, sha256 } = artifact;
    return readLicense({ name, version, upstream, size, read: (range) => this.store.read(sha256, range) }, signal);
  }
}

interface ReadableArtifact {
  artifact: Artifact;
  readLicense: ReadLicense;
}

/** By their ids: packages share dependencies, and dependencies files. */
function artifactsOf(packages: readonly Pick<ResolvedPackage, 'dependencies'>[]): Map<number, ReadableArtifact> {
  const readers = new Map<string, ReadLicense | undefined>(
    Array.from(PACKAGE_MANAGERS, ([ecosystem, { readLicense }]) => [ecosystem, readLicense]),
  );
  const artifacts = new Map<number, ReadableArtifact>();
  for (const { dependencies } of packages) {
    for (const { artifact } of dependencies) {
      if (artifact === undefined) continue;
      const readLicense = readers.get(artifact.ecosystem);
      if (readLicense !== undefined) artifacts.set(artifact.id, { artifact, readLicense });
    }
  }
  return artifacts;
}
