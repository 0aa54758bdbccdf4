import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  Logger,
  UnauthorizedException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpProblem, quote } from '../../http/index.js';
import { RegistryMetrics } from '../registry-metrics.js';
import { formatRegistryName, parseRegistryName, splitRegistryPath } from '../registry-name.js';
import { parseAuthorization } from './credentials.js';
import { FailedLogins } from './failed-logins.js';
import { OpenRegistries, type OpenRegistry } from './open-registries.js';

const registries = new WeakMap<Request, OpenRegistry>();

/** The registry that the guard has let the call into. */
export function registryOf(request: Request): OpenRegistry {
  const registry = registries.get(request);
  if (registry === undefined) throw new UnauthorizedException();
  return registry;
}

/**
 * Lets a request's user into its registry. Without credentials, or with wrong ones, the answer is 401, which tells
 * nothing of whether there is such a registry; the user of another registry gets 403. Too many wrong ones are answered
 * with 429 for a while; right ones never are.
 */
@Injectable()
export class RegistryAccessGuard implements CanActivate {
  private readonly logger = new Logger('Registries');

  constructor(
    private readonly open: OpenRegistries,
    private readonly failures: FailedLogins,
    private readonly metrics: RegistryMetrics,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const target = splitRegistryPath(request.path).registry;
    const credentials = parseAuthorization(request.headers.authorization);
    if (credentials === undefined) {
      this.log(request, 'no credentials');
      return this.challenge(response);
    }

    const claimed = credentials.user === undefined ? target : parseRegistryName(credentials.user);
    const registry = claimed && (await this.open.find(claimed, credentials));
    if (registry === undefined) return this.refuse(request, response);
    if (target === undefined || formatRegistryName(target) !== registry.name) {
      this.log(request, `the user of ${registry.name}`);
      this.metrics.count(registry.packageManager, 'forbidden');
      throw new ForbiddenException(`The user ${registry.name} may read its own registry only`);
    }
    registries.set(request, registry);
    return true;
  }

  private refuse(request: Request, response: Response): never {
    this.log(request, 'wrong credentials');
    const seconds = this.failures.add(request.ip ?? '');
    if (seconds === undefined) return this.challenge(response);
    this.metrics.count(undefined, 'throttled');
    response.setHeader('Retry-After', String(seconds));
    throw new HttpProblem(429, `Too many wrong credentials came from this address; wait ${seconds} seconds`);
  }

  private challenge(response: Response): never {
    this.metrics.count(undefined, 'unauthorized');
    response.setHeader('WWW-Authenticate', 'Basic realm="Cachito registry", charset="UTF-8"');
    throw new UnauthorizedException(
      'This registry needs the credentials that the configuration files of its request hold, and ends with the request',
    );
  }

  /** pip reports a refusal as if there were no such package, so that somebody will look for it in the log. */
  private log(request: Request, why: string): void {
    const { registry } = splitRegistryPath(request.path);
    if (registry === undefined) return;
    this.logger.log(`Request ${registry.requestId}: ${request.method} ${quote(request.path)} was refused, ${why}`);
  }
}
