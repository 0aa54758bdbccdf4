import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import type { CallerRole } from './caller.js';

/** The roles that the configuration gives to user names. */
@Injectable()
export class ListedRoles {
  constructor(private readonly configuration: Configuration) {}

  of(username: string): CallerRole[] {
    const { workerUsernames, userRepresentatives, administrators } = this.configuration.auth;
    const lists: [CallerRole, readonly string[]][] = [
      ['worker', workerUsernames],
      ['representative', userRepresentatives],
      ['administrator', administrators],
    ];
    return lists.filter(([, users]) => users.includes(username)).map(([role]) => role);
  }
}
