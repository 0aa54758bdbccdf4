import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { SourceEntity } from './entities/source.entity.js';
import type { ArchivedSource, VersionTag } from './source-archive.js';

/** The key of a source. */
export interface SourceKey {
  repo: string;
  ref: string;
  withSubmodules: boolean;
}

/** What a new row says. */
export type NewSource = Omit<ArchivedSource, 'id'> & { indexSha256: string };

/** The rows of the archived sources. */
@Injectable()
export class SourceRows {
  constructor(@InjectRepository(SourceEntity) private readonly rows: Repository<SourceEntity>) {}

  find({ repo, ref, withSubmodules }: SourceKey): Promise<SourceEntity | null> {
    return this.rows.findOneBy({ repo, ref, withSubmodules });
  }

  findById(id: number): Promise<SourceEntity | null> {
    return this.rows.findOneBy({ id });
  }

  /** Notes that a source was asked for again: pruning goes by that. False when the row was pruned meanwhile. */
  async touch(id: number): Promise<boolean> {
    const { affected } = await this.rows.update({ id }, { used: () => `now() AT TIME ZONE 'utc'` });
    return affected === 1;
  }

  /** Records a stored source, or where one that had been damaged lies now. Returns the id. */
  async save(source: NewSource): Promise<number> {
    const values = {
      repo: source.repo,
      repoName: source.repoName,
      ref: source.ref,
      withSubmodules: source.withSubmodules,
      commitTime: String(source.commitTime),
      submodules: [...source.submodules],
      size: String(source.size),
      entries: source.entries,
      indexSha256: source.indexSha256,
    };
    const insert = await this.rows
      .createQueryBuilder()
      .insert()
      .values({ ...values, used: () => `now() AT TIME ZONE 'utc'` })
      .orUpdate(
        ['commit_time', 'submodules', 'size', 'entries', 'index_sha256', 'used'],
        ['repo', 'ref', 'with_submodules'],
      )
      .returning('id')
      .execute();
    return (insert.raw as { id: number }[])[0]?.id ?? 0;
  }

  /** Records the `.git` directory of a source. */
  async saveGitDirectory(id: number, indexSha256: string): Promise<void> {
    await this.rows.update({ id }, { gitDirectoryIndexSha256: indexSha256 });
  }

  /** The version tags of a source; undefined when none were recorded. */
  async versionTags(id: number): Promise<readonly VersionTag[] | undefined> {
    const row = await this.rows.findOne({ where: { id }, select: { id: true, versionTags: true } });
    return row?.versionTags ?? undefined;
  }

  /**
   * Records the version tags of a source, unless that was done already and they are not to be replaced. Returns what is
   * recorded then.
   */
  async saveVersionTags(id: number, tags: readonly VersionTag[], replace: boolean): Promise<readonly VersionTag[]> {
    const which = replace ? { id } : { id, versionTags: IsNull() };
    const { affected } = await this.rows.update(which, { versionTags: [...tags] });
    return affected === 0 ? ((await this.versionTags(id)) ?? tags) : tags;
  }
}

/** The row as the rest of the service sees it. */
export function archivedSource(row: SourceEntity): ArchivedSource {
  const { id, repo, repoName, ref, withSubmodules, submodules, entries } = row;
  return {
    id,
    repo,
    repoName,
    ref,
    withSubmodules,
    submodules,
    entries,
    commitTime: Number(row.commitTime),
    size: Number(row.size),
  };
}
