import {
  applyDecorators,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Configuration } from '../config/index.js';
import { ANONYMOUS, type Caller, type CallerRole, callerOf, knownCaller } from './caller.js';
import { refusalOf } from './login.strategy.js';

/** Stands for every way to log in that is on, in the OpenAPI document. */
export const LOGIN_SCHEME = 'login';
/** The same, where the configuration says who may read. */
const READER_SCHEME = 'reader';

/** Lets callers who log in pass, and everybody while login is off; 401 with all challenges else. */
@Injectable()
export class LoginGuard extends AuthGuard() {
  @Inject(Configuration)
  protected readonly configuration: Configuration;

  /** A credential is looked at once: a Kerberos token does not pass twice. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const caller = knownCaller(context.switchToHttp().getRequest<Request>());
    return caller?.username !== undefined || (await super.canActivate(context)) === true;
  }

  /** Whether callers without a credential pass. */
  protected passesAnonymous(): boolean {
    return this.configuration.auth.loginDisabled;
  }

  override handleRequest<User>(error: unknown, user: User | false, challenges: unknown, context: ExecutionContext): User {
    if (error) throw error instanceof Error ? error : new Error(String(error));
    if (user) return user;
    const http = context.switchToHttp();
    const refusal = refusalOf(http.getRequest<Request>());
    // Nest's type of what a guard finds out is the guard's own choice.
    if (refusal === undefined && this.passesAnonymous()) return ANONYMOUS as User;
    const offered = distinct(Array.isArray(challenges) ? challenges : [challenges]);
    if (offered.length > 0) http.getResponse<Response>().setHeader('WWW-Authenticate', offered);
    throw new UnauthorizedException(refusal === undefined ? 'This needs a login' : `Login failed: ${refusal.why}`);
  }
}

/** Empty ones invite nobody. */
function distinct(challenges: readonly unknown[]): string[] {
  return [...new Set(challenges.filter((each): each is string => typeof each === 'string' && each !== ''))];
}

const ROLES = Symbol('roles');

/** Lets callers with one of the roles pass; 401 without identity, 403 for others. Anonymous passes while login is off. */
@Injectable()
export class RoleGuard extends LoginGuard {
  @Inject(Reflector)
  private readonly reflector: Reflector;

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const roles = this.reflector.get<readonly CallerRole[]>(ROLES, context.getHandler());
    checkRole(callerOf(context.switchToHttp().getRequest<Request>()), roles);
    return true;
  }
}

/** Throws 403 unless the caller has one of the roles; anonymous passes, who gets here only while login is off. */
export function checkRole({ username, roles: given }: Caller, roles: readonly CallerRole[]): void {
  if (username === undefined || roles.some((role) => given.has(role))) return;
  throw new ForbiddenException(`Only ${roles.map((role) => `${role}s`).join(' and ')} may do this`);
}

/** Finds out who reads, where that matters: with `CACHITO_READ_REQUIRES_LOGIN` and `CACHITO_HOST_READERS`. */
@Injectable()
export class ReadGuard extends LoginGuard {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { readRequiresLogin, hostReaders } = this.configuration.auth;
    if (readRequiresLogin || Object.keys(hostReaders).length > 0) return super.canActivate(context);
    const request = context.switchToHttp().getRequest<Request>();
    request.user ??= ANONYMOUS;
    return true;
  }

  protected override passesAnonymous(): boolean {
    return !this.configuration.auth.readRequiresLogin || super.passesAnonymous();
  }
}

/** The endpoint needs a login. */
export function LoginRequired(): MethodDecorator {
  return applyDecorators(UseGuards(LoginGuard), ApiSecurity(LOGIN_SCHEME));
}

/** The endpoint is for callers with one of these roles. */
export function RolesRequired(...roles: CallerRole[]): MethodDecorator {
  return applyDecorators(SetMetadata(ROLES, roles), UseGuards(RoleGuard), ApiSecurity(LOGIN_SCHEME));
}

/** The endpoint, or all of a controller, shows what not everybody may see. */
export function ReadersOnly(): MethodDecorator & ClassDecorator {
  return applyDecorators(UseGuards(ReadGuard), ApiSecurity(READER_SCHEME));
}
