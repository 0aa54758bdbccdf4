import { randomUUID } from 'node:crypto';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Request, Response } from 'express';
import passport from 'passport';
import type { Caller, CallerRole, LoginMethod } from './caller.js';
import type { ListedRoles } from './listed-roles.js';

/** Who calls, as one way to log in has found out. */
export interface Identity {
  username: string;
  /** Roles that the credential itself gives, besides those that the configuration gives to the user name. */
  roles?: readonly CallerRole[];
}

/** What one way to log in makes of a call. */
export type LoginAttempt =
  /** The call brings no credential of this kind. */
  | { kind: 'absent' }
  /** It brings one, which is not good: nobody else is asked then. `why` is for the log and the caller: no secrets. */
  | { kind: 'refused'; why: string; challenge?: string }
  /** `answer`: headers of the answer, whatever becomes of it. */
  | { kind: 'identified'; identity: Identity; answer?: Readonly<Record<string, string>> };

/** Why a credential that a call brings was refused. */
export interface Refusal {
  method: LoginMethod;
  why: string;
}

const refusals = new WeakMap<Request, Refusal>();

/** The refusal of a credential that this call has brought, if any. */
export function refusalOf(request: Request): Refusal | undefined {
  return refusals.get(request);
}

/**
 * Passport strategy of one way to log in. Several stand side by side (`AuthModule`) and are asked in their order until
 * one knows the caller; the challenges of all are in a 401 (RFC 9110 §11.6.1).
 */
export abstract class LoginStrategy extends passport.Strategy implements OnModuleInit, OnModuleDestroy {
  /** Passport's list of strategies belongs to the process; an application's own name keeps several ones apart. */
  override readonly name = `login-${randomUUID()}`;

  protected constructor(
    readonly method: LoginMethod,
    private readonly listedRoles: ListedRoles,
  ) {
    super();
  }

  /** Whether the configuration allows this way; it is not asked else. */
  abstract readonly isEnabled: boolean;
  /** `WWW-Authenticate` value that invites callers to log in this way; empty = there is none. */
  protected abstract readonly challenge: string;
  /** Finds out who calls. A thrown error is one of the service (500): what callers send must be `refused`. */
  protected abstract identify(request: Request): LoginAttempt | Promise<LoginAttempt>;

  override authenticate(request: Request): void {
    Promise.resolve()
      .then(() => this.identify(request))
      .then(
        (attempt) => this.conclude(request, attempt),
        (error: unknown) => this.error(error),
      );
  }

  onModuleInit(): void {
    passport.use(this.name, this);
  }

  onModuleDestroy(): void {
    passport.unuse(this.name);
  }

  private conclude(request: Request, attempt: LoginAttempt): void {
    if (attempt.kind === 'absent') return this.fail(this.challenge, 401);
    if (attempt.kind === 'refused') {
      refusals.set(request, { method: this.method, why: attempt.why });
      return this.fail(attempt.challenge ?? this.challenge, 401);
    }
    // Who brings a bad credential and a good one is not let in by the good one.
    if (refusalOf(request) !== undefined) return this.fail('', 401);
    for (const [name, value] of Object.entries(attempt.answer ?? {})) responseOf(request)?.setHeader(name, value);
    const { username, roles = [] } = attempt.identity;
    const caller: Caller = {
      username,
      roles: new Set([...roles, ...this.listedRoles.of(username)]),
      method: this.method,
    };
    this.success(caller);
  }
}

function responseOf(request: Request): Response | undefined {
  return request.res;
}
