import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A package or dependency by name: shared by everything that mentions it. Unique by type, name and version. */
@Entity('component')
export class ComponentEntity {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text')
  type: string;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  version: string | null;
}
