import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import type { Request } from 'express';
import { Configuration } from '../../config/index.js';
import { ListedRoles } from '../listed-roles.js';
import { type LoginAttempt, LoginStrategy } from '../login.strategy.js';
import { BEARER_CHALLENGE, bearerToken, INVALID_TOKEN, STATIC_PREFIX } from '../tokens/bearer.js';
import { KeysUnavailable, RETRY_AFTER } from './issuer-keys.js';
import { TokenJudge, TokenRefused } from './token-judge.js';

/** Knows callers by tokens of OpenID Connect issuers: jobs of a CI system, workloads, people. */
@Injectable()
export class OidcStrategy extends LoginStrategy {
  override readonly isEnabled: boolean;
  protected override readonly challenge = BEARER_CHALLENGE;
  private readonly judge: TokenJudge;
  private readonly othersTakeTokens: boolean;

  constructor(configuration: Configuration, listedRoles: ListedRoles) {
    super('oidc', listedRoles);
    const { oidcIssuers, tokensFile } = configuration.auth;
    this.isEnabled = oidcIssuers.length > 0;
    this.judge = new TokenJudge(configuration);
    this.othersTakeTokens = tokensFile !== undefined;
  }

  override onModuleDestroy(): void {
    super.onModuleDestroy();
    this.judge.close();
  }

  protected override async identify(request: Request): Promise<LoginAttempt> {
    const bearer = bearerToken(request);
    if (bearer.kind === 'absent') return bearer;
    if (bearer.kind === 'wrong') return refused(bearer.why);
    if (this.othersTakeTokens && bearer.token.startsWith(STATIC_PREFIX)) return { kind: 'absent' };
    try {
      return { kind: 'identified', identity: await this.judge.identify(bearer.token) };
    } catch (error) {
      if (error instanceof TokenRefused) return refused(`the bearer token is not accepted: ${error.message}`);
      if (!(error instanceof KeysUnavailable)) throw error;
      // Not 401: the token may be good, and whoever brings it must not throw it away.
      request.res?.setHeader('Retry-After', RETRY_AFTER);
      throw new ServiceUnavailableException(
        `The issuer of the bearer token is away, so the token cannot be judged; try again in ${RETRY_AFTER} seconds`,
      );
    }
  }
}

function refused(why: string): LoginAttempt {
  return { kind: 'refused', why, challenge: INVALID_TOKEN };
}
