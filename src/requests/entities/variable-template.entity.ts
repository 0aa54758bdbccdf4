import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An environment variable of a request that can be built, with places that are filled in when it is served. */
@Entity('request_variable_template')
export class RequestVariableTemplateEntity {
  @PrimaryColumn('integer', { name: 'request_id' })
  requestId: number;

  @PrimaryColumn('text')
  mode: 'registry' | 'offline';

  /** The program that it is for; empty = all. */
  @PrimaryColumn('text', { default: '' })
  client: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text')
  kind: 'path' | 'literal';

  /** Given only where the service is reached by plain http. */
  @Column('boolean', { name: 'plain_http_only', default: false })
  plainHttpOnly: boolean;

  /** A `ServedTemplate`. */
  @Column('json')
  template: unknown;
}
