import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { Digests } from '../artifact.js';
import { BIGINT } from './bigint.js';

/** A file in the archive store, under the name by which an upstream serves it. Never changed; digests may be added. */
@Entity('artifact')
@Unique('uq_artifact', ['ecosystem', 'name', 'version', 'upstream'])
@Index('ix_artifact_upstream', ['upstream', 'ecosystem'])
export class ArtifactEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text')
  ecosystem: string;

  @Column('text')
  name: string;

  @Column('text')
  version: string;

  @Column('text')
  upstream: string;

  @Index('ix_artifact_sha256')
  @Column('char', { length: 64 })
  sha256: string;

  @Column('jsonb', { default: {} })
  digests: Digests;

  /** Bytes. */
  @Column('bigint', { transformer: BIGINT })
  size: number;

  @Column('text', { name: 'verified_by' })
  verifiedBy: string;

  /** UTC, with microseconds; read it with `to_char`, never as a `Date`. */
  @Column('timestamp', { name: 'first_seen', precision: 6, default: () => `now() AT TIME ZONE 'utc'` })
  firstSeen: string;

  /** UTC; when the upstream last changed it, by its own word. */
  @Column('timestamp', { precision: 0, nullable: true })
  published: string | null;
}
