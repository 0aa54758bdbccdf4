import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { BundleEntity } from './bundle.entity.js';

/** Which bundle a request has; gone when the request is stale. */
@Entity('request_bundle')
export class RequestBundleEntity {
  @PrimaryColumn('integer', { name: 'request_id' })
  requestId: number;

  @Index('ix_request_bundle_recipe')
  @Column('char', { name: 'recipe_sha256', length: 64 })
  recipeSha256: string;

  @ManyToOne(() => BundleEntity)
  @JoinColumn({ name: 'recipe_sha256' })
  bundle: BundleEntity;
}
