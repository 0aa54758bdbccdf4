import { CachitoError, FileAccessError, UnsupportedFeature } from '../errors/index.js';
import type { GitClient } from './git/git-client.js';
import type { RemoteTag } from './git/remote-tag.js';
import type { Mirrors } from './mirror/mirrors.js';
import { type Repository, repositoryAt } from './repository.js';
import { SharedWork, workKey } from './shared-work.js';
import type { ArchivedSource, VersionTag, VersionTagOptions } from './source-archive.js';
import type { SourceRows } from './source-rows.js';

/** Most that are recorded of one source. */
const MAX_TAGS = 50_000;

/**
 * The tags that may name versions of an archived commit: what the remote lists, as far as the commit descends from it.
 * The remote's word is taken for the names; that they are ancestors is read off the history.
 */
export class VersionTags {
  private readonly asking = new SharedWork<readonly VersionTag[]>();

  constructor(
    private readonly client: GitClient,
    private readonly mirrors: Mirrors,
    private readonly rows: SourceRows,
  ) {}

  /** See `SourceArchive.versionTags`. Single flight in this process. */
  async of(source: ArchivedSource, options: VersionTagOptions): Promise<readonly VersionTag[]> {
    const key = workKey([source.id, options.repo ?? '', options.offline === true, options.refresh === true]);
    return this.asking.run(key, options, (shared) => this.recordedOrAsked(source, { ...options, ...shared }));
  }

  private async recordedOrAsked(source: ArchivedSource, options: VersionTagOptions): Promise<readonly VersionTag[]> {
    const recorded = await this.rows.versionTags(source.id);
    if (options.offline === true) return recorded ?? none(source, options);
    if (recorded !== undefined && options.refresh !== true) return recorded;
    try {
      return await this.ask(source, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof CachitoError) || error instanceof FileAccessError) throw error;
      const instead = recorded === undefined ? 'versions are told without them' : 'those recorded earlier are used';
      options.log('warn', `The version tags of ${source.repo} cannot be read, so ${instead}. ${error.message}`);
      return recorded ?? [];
    }
  }

  private async ask(source: ArchivedSource, options: VersionTagOptions): Promise<readonly VersionTag[]> {
    const repository = repositoryAt(source.repo, options.repo);
    const listed = await this.mirrors.retrying(repository, options.signal, (remote) =>
      this.client.listVersionTags(remote, options),
    );
    try {
      const tags = await this.reachable(listed, repository, source.ref, options);
      return await this.rows.saveVersionTags(source.id, tags, options.refresh === true);
    } catch (error) {
      if (!(error instanceof UnsupportedFeature)) throw error;
      options.log('warn', `Only version tags on the commit itself are used. ${error.message}`);
      return chosen(listed, source.ref, new Set(), options);
    }
  }

  /** Those of the tags on the commit and on its ancestors. */
  private async reachable(
    listed: readonly RemoteTag[],
    repository: Repository,
    ref: string,
    options: VersionTagOptions,
  ): Promise<VersionTag[]> {
    if (listed.length === 0) return [];
    const targets = new Set(listed.map(({ target }) => target));
    return this.mirrors.use(repository, ref, { ...options, content: 'history' }, async ({ directory, commit }) => {
      const ancestors = await this.client.ancestorsAmong(directory, commit.id, targets, options);
      return chosen(listed, commit.id, ancestors, options);
    });
  }
}

function none(source: ArchivedSource, options: VersionTagOptions): VersionTag[] {
  options.log(
    'warn',
    `The version tags of ${source.repo} were never read, and the request forbids all network; versions are told ` +
      'without them.',
  );
  return [];
}

/**
 * By name. Of too many, tags on the commit are kept first, then those of modules that lie less deep: in repositories
 * with thousands of modules, the ones at the top are asked for most.
 */
function chosen(
  listed: readonly RemoteTag[],
  commit: string,
  ancestors: ReadonlySet<string>,
  { log }: VersionTagOptions,
): VersionTag[] {
  const tags = listed
    .filter(({ target }) => target === commit || ancestors.has(target))
    .map(({ name, target }) => ({ name, here: target === commit }));
  if (tags.length > MAX_TAGS) {
    log('warn', `The commit has ${tags.length} version tags, of which ${MAX_TAGS} are used.`);
    tags.sort((left, right) => Number(right.here) - Number(left.here) || depth(left) - depth(right));
    tags.length = MAX_TAGS;
  }
  return tags.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function depth({ name }: VersionTag): number {
  return name.split('/').length;
}
