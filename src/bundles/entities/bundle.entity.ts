import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';

const BIGINT: ValueTransformer = { from: (value: string) => Number(value), to: (value: number) => value };

/**
 * A bundle that was built: what its recipe gave. The row stays when the blob is dropped, so that a bundle that is built
 * again can be compared, and the digest of what was handed out stays known.
 */
@Entity('bundle')
export class BundleEntity {
  /** SHA-256 of the recipe, a blob of the archive store. */
  @PrimaryColumn('char', { name: 'recipe_sha256', length: 64 })
  recipeSha256: string;

  /** SHA-256 of the bundle, a blob of the bundle store. */
  @Column('char', { length: 64 })
  sha256: string;

  /** Bytes. */
  @Column('bigint', { transformer: BIGINT })
  size: number;
}
