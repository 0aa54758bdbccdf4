import {
  applyDecorators,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import { Configuration } from '../config/index.js';
import { callerOf } from './caller.js';

/** Lets callers with an identity pass, and everybody while login is off; 401 else. */
@Injectable()
export class LoginGuard extends AuthGuard() {
  override handleRequest<User>(error: unknown, user: User | false): User {
    if (error) throw error instanceof Error ? error : new Error(String(error));
    if (user === false || !user) {
      throw new UnauthorizedException('This needs a login, which the web server in front of this service passes on');
    }
    return user;
  }
}

/** Lets workers pass; 401 without identity, 403 for others. Anonymous passes while login is off. */
@Injectable()
export class WorkerGuard extends LoginGuard {
  @Inject(Configuration)
  private readonly configuration: Configuration;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const { username } = callerOf(context.switchToHttp().getRequest<Request>());
    if (username !== undefined && !this.configuration.auth.workerUsernames.includes(username)) {
      throw new ForbiddenException('Only workers may use this endpoint');
    }
    return true;
  }
}

/** The endpoint needs a login. */
export function LoginRequired(): MethodDecorator {
  return applyDecorators(UseGuards(LoginGuard), ApiSecurity('identity'));
}

/** The endpoint is for workers. */
export function WorkersOnly(): MethodDecorator {
  return applyDecorators(UseGuards(WorkerGuard), ApiSecurity('identity'));
}
