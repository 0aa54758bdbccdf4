import { InvalidRequestData } from '../../../errors/index.js';
import type { ArtifactPort, DocumentPort, JobLog } from '../../package-manager.js';
import { isPseudoVersion } from '../modules/pseudo-version.js';
import { compareVersions } from '../modules/semver.js';
import { isOutage } from './failures.js';
import { MAX_INFO } from './info-digest.js';
import { isCanonical, moduleAddress, versionAddress } from './module-file.js';

/** Bytes: a hundred thousand versions. */
const MAX_LIST = 4 * 1024 * 1024;

/** What proxies say about the versions of modules. It is not archived: it means something else tomorrow. */
export class ModuleDocuments {
  /** @param basesOf the proxies to ask for a module, in order */
  constructor(
    private readonly artifacts: Pick<ArtifactPort, 'versionsOf'>,
    private readonly documents: DocumentPort,
    private readonly basesOf: (path: string) => readonly string[],
    private readonly log: JobLog,
  ) {}

  /**
   * The versions of a module as its proxy lists them, one a line; undefined when nobody knows the module. When the proxy
   * does not answer, or the request is offline, the archived versions, as Go would list them: sorted, without
   * pseudo-versions. Throws `NetworkError` where there are none.
   */
  async list(path: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.ask(path, (base) => moduleAddress(base, path, '@v/list'), MAX_LIST, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      const versions = await this.artifacts.versionsOf('gomod', path);
      if (versions.length > 0) return this.archivedList(path, versions);
      // What is not archived does not exist for a request that is offline.
      if (error instanceof InvalidRequestData) return undefined;
      throw error;
    }
  }

  /**
   * What a proxy says about the latest version, in JSON; undefined when nobody knows the module, or a proxy leaves it to
   * the list. Throws `NetworkError`, `InvalidRequestData` when the request is offline.
   */
  latest(path: string, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(path, (base) => moduleAddress(base, path, '@latest'), MAX_INFO, signal);
  }

  /** As `latest`, for whatever else stands for a version: `v1`, a branch, a commit. */
  query(path: string, query: string, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(path, (base) => versionAddress(base, path, query, 'info'), MAX_INFO, signal);
  }

  private async ask(
    path: string,
    addressAt: (base: string) => string,
    maxSize: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (const base of this.basesOf(path)) {
      const answer = await this.documents.fetch(addressAt(base), { maxSize, signal });
      if (answer !== undefined) return answer.toString('utf8');
    }
    return undefined;
  }

  private archivedList(path: string, versions: readonly string[]): string {
    this.log.warn(`No module proxy answers for the versions of ${path}; those that are archived are taken`);
    const listed = versions.filter((version) => isCanonical(version) && !isPseudoVersion(version));
    return listed.sort(compareVersions).map((version) => `${version}\n`).join('');
  }
}
