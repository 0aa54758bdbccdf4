import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A configuration file of a request that can be built, with places that are filled in when it is served. */
@Entity('request_configuration_file')
export class RequestConfigurationFileEntity {
  @PrimaryColumn('integer', { name: 'request_id' })
  requestId: number;

  @PrimaryColumn('text')
  mode: 'registry' | 'offline';

  /** Relative to the unpacked bundle. */
  @PrimaryColumn('text')
  path: string;

  /** JSON of a `ServedTemplate`, in gzip: lock files are long. */
  @Column('bytea')
  template: Buffer;
}
