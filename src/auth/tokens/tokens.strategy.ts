import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Configuration } from '../../config/index.js';
import { ListedRoles } from '../listed-roles.js';
import { type LoginAttempt, LoginStrategy } from '../login.strategy.js';
import { BEARER_CHALLENGE, bearerToken, INVALID_TOKEN, STATIC_PREFIX } from './bearer.js';
import { isStaticToken } from './static-token.js';
import { TokenFile } from './token-file.js';

const UNKNOWN = 'the bearer token is not one that this service knows';

/** Knows callers by static bearer tokens, whose digests lie in a file. */
@Injectable()
export class TokensStrategy extends LoginStrategy {
  override readonly isEnabled: boolean;
  protected override readonly challenge: string;
  private readonly file: TokenFile | undefined;
  private readonly othersTakeTokens: boolean;

  constructor({ auth }: Configuration, listedRoles: ListedRoles) {
    super('token', listedRoles);
    this.isEnabled = auth.tokensFile !== undefined;
    this.file = auth.tokensFile === undefined ? undefined : new TokenFile(auth.tokensFile);
    this.othersTakeTokens = auth.oidcIssuers.length > 0;
    // They invite in the same words.
    this.challenge = this.othersTakeTokens ? '' : BEARER_CHALLENGE;
  }

  protected override async identify(request: Request): Promise<LoginAttempt> {
    const bearer = bearerToken(request);
    if (bearer.kind === 'absent') return bearer;
    if (bearer.kind === 'wrong') return refused(bearer.why);
    if (!bearer.token.startsWith(STATIC_PREFIX)) {
      return this.othersTakeTokens ? { kind: 'absent' } : refused(UNKNOWN);
    }
    const found = isStaticToken(bearer.token) ? await this.file?.find(bearer.token) : undefined;
    if (found === undefined) return refused(UNKNOWN);
    if (found.expires !== undefined && found.expires <= Date.now()) {
      return refused(`the bearer token expired at ${new Date(found.expires).toISOString()}`);
    }
    return { kind: 'identified', identity: { username: found.user, roles: found.roles } };
  }
}

function refused(why: string): LoginAttempt {
  return { kind: 'refused', why, challenge: INVALID_TOKEN };
}
