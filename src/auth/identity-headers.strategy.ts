import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Request } from 'express';
import passport from 'passport';
import { Configuration } from '../config/index.js';
import type { Caller } from './caller.js';
import { IdentityReader } from './identity.js';

/**
 * Passport strategy: takes the identity that a trusted proxy passes on in headers. While login is off, callers without
 * one pass as anonymous. Other strategies can stand beside it (`AuthModule`).
 */
@Injectable()
export class IdentityHeadersStrategy extends passport.Strategy implements OnModuleInit, OnModuleDestroy {
  /** Passport's list of strategies belongs to the process; an application's own name keeps several ones apart. */
  override readonly name = `identity-headers-${randomUUID()}`;
  private readonly reader: IdentityReader;
  private readonly loginIsOff: boolean;

  constructor({ auth }: Configuration) {
    super();
    this.reader = new IdentityReader(auth);
    // The configuration allows no authentication at all on loopback only.
    this.loginIsOff = auth.loginDisabled || auth.trustedProxies.length === 0;
  }

  override authenticate(request: Request): void {
    const caller: Caller = { username: this.reader.read(request)?.username };
    if (caller.username === undefined && !this.loginIsOff) this.fail('', 401);
    else this.success(caller);
  }

  onModuleInit(): void {
    passport.use(this.name, this);
  }

  onModuleDestroy(): void {
    passport.unuse(this.name);
  }
}
