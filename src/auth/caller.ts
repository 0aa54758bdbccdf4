import { createParamDecorator, type ExecutionContext, ForbiddenException } from '@nestjs/common';
import type { Request } from 'express';

/** Who makes a call that needs login. */
export interface Caller {
  /** Undefined = anonymous, which passes while login is off. */
  username: string | undefined;
}

/** The caller that a guard of this room has put into the request. */
export function callerOf(request: Request): Caller {
  const user: unknown = request.user;
  if (typeof user !== 'object' || user === null || !('username' in user)) throw new ForbiddenException();
  return { username: typeof user.username === 'string' ? user.username : undefined };
}

/** Parameter of a handler behind `@LoginRequired()` or `@WorkersOnly()`: the `Caller`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
