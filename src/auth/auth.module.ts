import { Module } from '@nestjs/common';
import { AuthModuleOptions } from '@nestjs/passport';
import { IdentityHeadersStrategy } from './identity-headers.strategy.js';

/** Who calls, and what they may. Modules whose controllers use the guards import this one. */
@Module({
  providers: [
    IdentityHeadersStrategy,
    {
      provide: AuthModuleOptions,
      useFactory: (...strategies: { name: string }[]) => ({
        defaultStrategy: strategies.map(({ name }) => name),
        session: false,
      }),
      inject: [IdentityHeadersStrategy],
    },
  ],
  exports: [AuthModuleOptions],
})
export class AuthModule {}
