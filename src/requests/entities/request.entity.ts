import { Column, Entity, JoinColumn, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import {
  ConfigFileEntity,
  EnvironmentVariableEntity,
  FlagEntity,
  PackageManagerEntity,
  UserEntity,
} from './vocabulary.entities.js';

/**
 * A request. Its timestamps are read with `to_char` (`timestamps.ts`): a JavaScript `Date` would lose the microseconds,
 * so they are no part of what is selected by default.
 */
@Entity('request')
export class RequestEntity {
  @PrimaryGeneratedColumn()
  id: number;

  /** UTC without zone; null in very old rows. */
  @Column({ type: 'timestamp', precision: 6, nullable: true, select: false, insert: false, update: false })
  created: string | null;

  /** As submitted. */
  @Column('text')
  repo: string;

  @Column('text', { name: 'repo_name' })
  repoName: string;

  @Column('char', { length: 40 })
  ref: string;

  @Column('integer', { name: 'user_id', nullable: true })
  userId: number | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id' })
  user: UserEntity | null;

  @Column('integer', { name: 'submitted_by_id', nullable: true })
  submittedById: number | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'submitted_by_id' })
  submittedBy: UserEntity | null;

  /** The newest row of its history. */
  @Column('integer', { name: 'request_state_id', nullable: true })
  requestStateId: number | null;

  /** Number of the present state (`REQUEST_STATES`). */
  @Column('smallint', { default: 1 })
  state: number;

  @Column('integer', { name: 'packages_count', nullable: true })
  packagesCount: number | null;

  @Column('integer', { name: 'dependencies_count', nullable: true })
  dependenciesCount: number | null;

  /** The validated `packages` of the body: manager → package configurations. */
  @Column('jsonb', { default: {} })
  packages: Record<string, Record<string, unknown>[]>;

  /** The validated `dependency_replacements` of the body. */
  @Column('jsonb', { name: 'dependency_replacements', default: [] })
  dependencyReplacements: Record<string, string>[];

  @Column('jsonb', { nullable: true })
  labels: Record<string, string> | null;

  /** Only what the archive holds may be used. */
  @Column('boolean', { default: false })
  offline: boolean;

  /** The version tags of its source are asked for even though some are recorded. */
  @Column('boolean', { name: 'refresh_tags', default: false })
  refreshTags: boolean;

  /** Hosts that something of it was fetched from, as far as the work has come; `?` stands for those nobody knows. */
  @Column('text', { name: 'source_hosts', array: true, default: ['?'] })
  sourceHosts: string[];

  @Column('integer', { name: 'source_id', nullable: true })
  sourceId: number | null;

  /** Of the bundle that it was completed with; stays when the bundle goes. */
  @Column('char', { name: 'bundle_sha256', length: 64, nullable: true })
  bundleSha256: string | null;

  /** The version of Cachito that completed it. */
  @Column('text', { name: 'cachito_version', nullable: true })
  cachitoVersion: string | null;

  /** How often the work on it was begun; every write of a worker says which attempt it belongs to. */
  @Column('integer', { default: 0 })
  attempt: number;

  /** How often a worker that held it died. */
  @Column('integer', { default: 0 })
  crashes: number;

  @Column('text', { name: 'lease_owner', nullable: true })
  leaseOwner: string | null;

  @Column('timestamptz', { name: 'lease_expires', nullable: true })
  leaseExpires: Date | null;

  @Column('timestamptz', { nullable: true })
  started: Date | null;

  @ManyToMany(() => PackageManagerEntity)
  @JoinTable({
    name: 'request_pkg_manager',
    joinColumn: { name: 'request_id' },
    inverseJoinColumn: { name: 'package_manager_id' },
  })
  packageManagers: PackageManagerEntity[];

  @ManyToMany(() => FlagEntity)
  @JoinTable({ name: 'request_flag', joinColumn: { name: 'request_id' }, inverseJoinColumn: { name: 'flag_id' } })
  flags: FlagEntity[];

  @ManyToMany(() => EnvironmentVariableEntity)
  @JoinTable({
    name: 'request_environment_variable',
    joinColumn: { name: 'request_id' },
    inverseJoinColumn: { name: 'environment_variable_id' },
  })
  environmentVariables: EnvironmentVariableEntity[];

  @ManyToMany(() => ConfigFileEntity)
  @JoinTable({
    name: 'request_config_file_base64',
    joinColumn: { name: 'request_id' },
    inverseJoinColumn: { name: 'config_file_base64_id' },
  })
  configurationFiles: ConfigFileEntity[];
}
