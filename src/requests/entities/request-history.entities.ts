import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** One row of a request's history: a state or, while in progress, a phase. */
@Entity('request_state')
export class RequestStateEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('smallint')
  state: number;

  @Column('text', { name: 'state_reason' })
  stateReason: string;

  @Column({ type: 'timestamp', precision: 6, select: false, insert: false, update: false })
  updated: string;

  @Column('integer', { name: 'request_id' })
  requestId: number;
}

/** Why a request failed: at most one row per request, a later error replaces it. */
@Entity('request_error')
export class RequestErrorEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('integer', { name: 'request_id', unique: true })
  requestId: number;

  @Column('text')
  origin: 'client' | 'server';

  @Column('text', { name: 'error_type' })
  errorType: string;

  @Column('text')
  message: string;

  @Column({ type: 'timestamp', precision: 6, select: false, insert: false, update: false })
  occurred: string;
}

/** How far the work on a request is: one row, overwritten at most once a second. */
@Entity('request_progress')
export class RequestProgressEntity {
  @PrimaryColumn('integer', { name: 'request_id' })
  requestId: number;

  @Column('text')
  step: string;

  @Column('text', { name: 'package_manager', nullable: true })
  packageManager: string | null;

  @Column('bigint')
  done: string;

  @Column('bigint')
  total: string;

  @Column('text')
  unit: 'packages' | 'bytes';

  /** What `state_reason` shows of it. */
  @Column('text')
  text: string;

  @Column({ type: 'timestamp', precision: 6, select: false, insert: false, update: false })
  updated: string;
}

/** A package that was found in the source; its dependencies are a set of the catalogue. */
@Entity('request_package')
export class RequestPackageEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('integer', { name: 'request_id' })
  requestId: number;

  @Column('integer')
  position: number;

  @Column('bigint', { name: 'component_id' })
  componentId: string;

  /** Directory of the package, `.` for the root. */
  @Column('text', { default: '.' })
  path: string;

  @Column('bigint', { name: 'dependency_set_id' })
  dependencySetId: string;
}

/** Which request an `Idempotency-Key` of a user made, and with which body. */
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  /** Empty for anonymous callers (login off). */
  @PrimaryColumn('text')
  username: string;

  @PrimaryColumn('text')
  key: string;

  @Column('char', { name: 'body_sha256', length: 64 })
  bodySha256: string;

  @Column('integer', { name: 'request_id' })
  requestId: number;

  @Column({ type: 'timestamp', precision: 6, select: false, insert: false, update: false })
  created: string;
}
