import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the archived source distributions of a request need to be built. */
@Entity('request_build_requirements')
export class RequestBuildRequirementsEntity {
  @PrimaryColumn('integer', { name: 'request_id' })
  requestId: number;

  /** `BuildRequirement[]` */
  @Column('json')
  content: unknown;
}
