import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { VersionTag } from '../source-archive.js';
import type { Submodule } from '../source-tree.js';

/** An archived commit. Its content lies in the archive store, found by way of the index blob. */
@Entity('source')
export class SourceEntity {
  @PrimaryGeneratedColumn()
  id: number;

  /** The address without credentials. */
  @Column('text')
  repo: string;

  @Column('text', { name: 'repo_name' })
  repoName: string;

  @Column('char', { length: 40 })
  ref: string;

  @Column('boolean', { name: 'with_submodules' })
  withSubmodules: boolean;

  /** Seconds since 1970; the driver gives a bigint as text. */
  @Column('bigint', { name: 'commit_time' })
  commitTime: string;

  @Column('jsonb')
  submodules: Submodule[];

  /** Bytes of all files; the driver gives a bigint as text. */
  @Column('bigint')
  size: string;

  @Column('integer')
  entries: number;

  /** The blob that lists the segments and their entries (`tree/source-index.ts`). */
  @Column('char', { name: 'index_sha256', length: 64 })
  indexSha256: string;

  /** The same for the `.git` directory; null until one was asked for. */
  @Column('char', { name: 'git_directory_index_sha256', length: 64, nullable: true })
  gitDirectoryIndexSha256: string | null;

  /** The version tags that were seen when they were first asked for; null until then. They may be many. */
  @Column('jsonb', { name: 'version_tags', nullable: true, select: false })
  versionTags: VersionTag[] | null;

  /** When it was last asked for, UTC, as text: a JavaScript date would lose microseconds and the time zone. */
  @Column('timestamp', { precision: 6, select: false })
  used: string;
}
