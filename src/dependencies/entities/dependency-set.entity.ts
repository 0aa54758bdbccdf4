import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';
import { ComponentEntity } from './component.entity.js';

/** What a package depends on, stored once under the digest of its content and shared by all that have the same. */
@Entity('dependency_set')
@Unique('uq_dependency_set', ['sha256'])
export class DependencySetEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('char', { length: 64 })
  sha256: string;

  @Column('integer')
  members: number;
}

/** One dependency of a set, at its place in the answers. Both indices also hold `dev` and `position`. */
@Entity('dependency_set_member')
@Index('ix_dependency_set_member_component', ['componentId', 'setId'])
@Index('ix_dependency_set_member_artifact', ['artifactId', 'setId'], { where: '"artifact_id" IS NOT NULL' })
export class DependencySetMemberEntity {
  @PrimaryColumn('bigint', { name: 'set_id' })
  setId: string;

  @PrimaryColumn('integer')
  position: number;

  @ManyToOne(() => DependencySetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'set_id' })
  set: DependencySetEntity;

  @Column('bigint', { name: 'component_id' })
  componentId: string;

  @ManyToOne(() => ComponentEntity)
  @JoinColumn({ name: 'component_id' })
  component: ComponentEntity;

  /** Null where the package manager does not tell. */
  @Column('boolean', { nullable: true })
  dev: boolean | null;

  /** Whether the package itself requires it, by the lock file. */
  @Column('boolean', { default: false })
  direct: boolean;

  @Column('bigint', { name: 'replaces_id', nullable: true })
  replacesId: string | null;

  @ManyToOne(() => ComponentEntity)
  @JoinColumn({ name: 'replaces_id' })
  replaces: ComponentEntity | null;

  @Column('bigint', { name: 'artifact_id', nullable: true })
  artifactId: string | null;

  @ManyToOne(() => ArtifactEntity)
  @JoinColumn({ name: 'artifact_id' })
  artifact: ArtifactEntity | null;

  /** What vouched for the artifact in the requests that have the set; null without artifact, and in older rows. */
  @Column('text', { name: 'verified_by', nullable: true })
  verifiedBy: string | null;

  /** True where nothing is known of what it requires, else null. */
  @Column('boolean', { name: 'requirements_unknown', nullable: true })
  requirementsUnknown: boolean | null;
}

/** Who requires whom inside a set, by the lock file. What the package itself requires is marked on the members. */
@Entity('dependency_edge')
export class DependencyEdgeEntity {
  @PrimaryColumn('bigint', { name: 'set_id' })
  setId: string;

  @PrimaryColumn('bigint', { name: 'to_id' })
  toId: string;

  @PrimaryColumn('bigint', { name: 'from_id' })
  fromId: string;

  @ManyToOne(() => DependencySetEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'set_id' })
  set: DependencySetEntity;

  @ManyToOne(() => ComponentEntity)
  @JoinColumn({ name: 'to_id' })
  to: ComponentEntity;

  @ManyToOne(() => ComponentEntity)
  @JoinColumn({ name: 'from_id' })
  from: ComponentEntity;
}
