import { Module } from '@nestjs/common';
import { AuthModuleOptions } from '@nestjs/passport';
import { KerberosStrategy } from './kerberos/kerberos.strategy.js';
import { ListedRoles } from './listed-roles.js';
import type { LoginStrategy } from './login.strategy.js';
import { OidcStrategy } from './oidc/oidc.strategy.js';
import { ProxyStrategy } from './proxy/proxy.strategy.js';
import { TokensStrategy } from './tokens/tokens.strategy.js';

/** The ways to log in, in the order in which they are asked: what a trusted proxy vouches for comes first. */
const STRATEGIES = [ProxyStrategy, TokensStrategy, OidcStrategy, KerberosStrategy];

/** Who calls, and what they may. Modules whose controllers use the guards import this one. */
@Module({
  providers: [
    ListedRoles,
    ...STRATEGIES,
    {
      provide: AuthModuleOptions,
      useFactory: (...strategies: LoginStrategy[]) => ({
        defaultStrategy: strategies.filter(({ isEnabled }) => isEnabled).map(({ name }) => name),
        session: false,
      }),
      inject: STRATEGIES,
    },
  ],
  exports: [AuthModuleOptions],
})
export class AuthModule {}
