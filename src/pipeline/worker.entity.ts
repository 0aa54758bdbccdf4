import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that works on requests, by its latest heart-beat. */
@Entity('worker')
export class WorkerEntity {
  @PrimaryColumn('text')
  name: string;

  @Column('timestamptz', { default: () => 'now()' })
  started: Date;

  @Column('timestamptz', { default: () => 'now()' })
  seen: Date;

  /** Requests at a time. */
  @Column('integer')
  concurrency: number;

  /** Requests now. */
  @Column('integer', { default: 0 })
  running: number;

  /** What it can do; null = it is of an earlier version, which does not tell. */
  @Column('text', { name: 'package_managers', array: true, nullable: true })
  packageManagers: string[] | null;

  /** Of the program it runs; null as above. */
  @Column('text', { nullable: true })
  version: string | null;
}
