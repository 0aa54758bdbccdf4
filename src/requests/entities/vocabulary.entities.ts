import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Somebody who posted a request, or on whose behalf one was posted. Created on first sight. */
@Entity('user')
export class UserEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text', { unique: true })
  username: string;
}

@Entity('package_manager')
export class PackageManagerEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text', { unique: true })
  name: string;
}

@Entity('flag')
export class FlagEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text', { unique: true })
  name: string;

  /** A retired flag is refused in new requests and still shown in old ones. */
  @Column('boolean', { default: true })
  active: boolean;
}

/** A variable for the user's build, stored once per name, value and kind. */
@Entity('environment_variable')
export class EnvironmentVariableEntity {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('text')
  name: string;

  @Column('text')
  value: string;

  @Column('text')
  kind: 'path' | 'literal';
}

/** A configuration file for the user's build, stored once per path and content. */
@Entity('config_file_base64')
export class ConfigFileEntity {
  @PrimaryGeneratedColumn()
  id: number;

  /** Relative to the unpacked bundle. */
  @Column('text')
  path: string;

  /** Base64 text, as it was handed in; never decoded. */
  @Column('text')
  content: string;
}
