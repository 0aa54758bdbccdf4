import { ForbiddenException, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../../auth/index.js';
import { Configuration } from '../../config/index.js';
import { ResourceNotFound } from '../../http/index.js';
import { HostReaders } from './host-readers.js';
import { repositoryHost } from './hosts.js';

/**
 * The one place that decides which requests a caller sees. One that is hidden is, for its caller, as if it were not
 * there. Where everybody sees everything, the database is asked nothing.
 */
@Injectable()
export class RequestVisibility {
  private readonly readers: HostReaders;

  constructor(
    configuration: Configuration,
    private readonly dataSource: DataSource,
  ) {
    this.readers = new HostReaders(configuration.auth.hostReaders);
  }

  /** Hosts from which a caller must see nothing; empty = the caller sees all. For `isHidden`. */
  hiddenFrom(caller: Caller): readonly string[] {
    return this.readers.hiddenFrom(caller);
  }

  /** Throws the fixed 404 for a request that is hidden from the caller or does not exist. */
  async check(id: number, caller: Caller): Promise<void> {
    if (!(await this.isVisible(id, caller))) throw new ResourceNotFound();
  }

  /** False for a request that is hidden from the caller. That one does not exist is found out only where any may be. */
  async isVisible(id: number, caller: Caller): Promise<boolean> {
    const hidden = this.hiddenFrom(caller);
    if (hidden.length === 0) return true;
    const rows: { hidden: boolean }[] = await this.dataSource.query(
      `SELECT "source_hosts" && $2::text[] AS "hidden" FROM "request" WHERE "id" = $1`,
      [id, hidden],
    );
    return rows[0]?.hidden === false;
  }

  /** Throws 403 for a repository whose requests the caller could not see. */
  checkSubmission(repo: string, caller: Caller): void {
    const host = repositoryHost(repo);
    if (!this.hiddenFrom(caller).includes(host)) return;
    throw new ForbiddenException(
      `The service has a list of those who may use the host ${host} (CACHITO_HOST_READERS), and you are not on it; ` +
        'ask its administrators',
    );
  }
}

/** SQL condition on a row of `request`: it is hidden. `hosts` is the placeholder of what `hiddenFrom` returned. */
export function isHidden(row: string, hosts: string): string {
  return `${row}."source_hosts" && ${hosts}::text[]`;
}

/** The same on the id of a request, where the row is not at hand. */
export function hiddenRequest(id: string, hosts: string): string {
  return `EXISTS (SELECT FROM "request" h WHERE h."id" = ${id} AND ${isHidden('h', hosts)})`;
}
