import { createParamDecorator, type ExecutionContext, ForbiddenException } from '@nestjs/common';
import type { Request } from 'express';
import type { LoginRole } from '../config/index.js';

/**
 * What a caller may do besides reading and posting requests.
 *
 * - `worker`: the worker endpoints.
 * - `representative`: post requests on behalf of others.
 * - `administrator`: mark any request stale, see the queue board, clean up and prune.
 */
export type CallerRole = LoginRole;

/** How a caller proved who they are. */
export type LoginMethod = 'proxy' | 'kerberos' | 'oidc' | 'token' | 'none';

/** Who makes a call. */
export interface Caller {
  /** Undefined = anonymous, which passes while login is off, and where none is needed. */
  username: string | undefined;
  roles: ReadonlySet<CallerRole>;
  method: LoginMethod;
}

export const ANONYMOUS: Caller = { username: undefined, roles: new Set(), method: 'none' };

/** The caller that a guard of this room has put into the request; undefined where no guard asked who calls. */
export function knownCaller(request: Request): Caller | undefined {
  const user: unknown = request.user;
  return isCaller(user) ? user : undefined;
}

/** The caller that a guard of this room has put into the request. */
export function callerOf(request: Request): Caller {
  const caller = knownCaller(request);
  if (caller === undefined) throw new ForbiddenException();
  return caller;
}

function isCaller(user: unknown): user is Caller {
  return typeof user === 'object' && user !== null && 'username' in user && 'roles' in user && 'method' in user;
}

/** Parameter of a handler behind one of the guards of this room: the `Caller`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
