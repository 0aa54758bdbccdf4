import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Configuration } from '../../config/index.js';
import { ListedRoles } from '../listed-roles.js';
import { type LoginAttempt, LoginStrategy } from '../login.strategy.js';
import { IdentityReader } from './identity-headers.js';

/** Takes the identity that a trusted proxy passes on in headers. */
@Injectable()
export class ProxyStrategy extends LoginStrategy {
  override readonly isEnabled: boolean;
  protected override readonly challenge = '';
  private readonly reader: IdentityReader;

  constructor({ auth }: Configuration, listedRoles: ListedRoles) {
    super('proxy', listedRoles);
    this.isEnabled = auth.trustedProxies.length > 0;
    this.reader = new IdentityReader(auth);
  }

  protected override identify(request: Request): LoginAttempt {
    return this.reader.read(request);
  }
}
