import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { REQUEST_STATES } from '../../requests/index.js';
import { formatRegistryName, type RegistryName } from '../registry-name.js';
import type { Credentials } from './credentials.js';

/** A registry that can be read now. */
export interface OpenRegistry extends RegistryName {
  /** `cachito-npm-17` */
  name: string;
  /** What it serves. */
  setId: string;
}

/** Compared with when there is nothing to compare with, so that both take the same time. */
const NOBODY = '0'.repeat(64);

/** Finds registries by their credentials. */
@Injectable()
export class OpenRegistries {
  constructor(private readonly dataSource: DataSource) {}

  /** The registry if it can be read and these are its credentials. */
  async find(registry: RegistryName, credentials: Credentials): Promise<OpenRegistry | undefined> {
    // A row that outlived its request, because a process died between the two, opens nothing.
    const rows: { set_id: string; password_sha256: string }[] = await this.dataSource.query(
      `SELECT g."set_id", g."password_sha256" FROM "request_registry" g JOIN "request" r ON r."id" = g."request_id"
       WHERE g."request_id" = $1 AND g."package_manager" = $2 AND r."state" = $3`,
      [registry.requestId, registry.packageManager, REQUEST_STATES.complete],
    );
    const row = rows[0];
    const given = createHash('sha256').update(credentials.password).digest();
    const matches = timingSafeEqual(given, Buffer.from(row?.password_sha256 ?? NOBODY, 'hex'));
    if (row === undefined || !matches) return undefined;
    return { ...registry, name: formatRegistryName(registry), setId: row.set_id };
  }
}
