import { Module, type OnModuleDestroy } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { AddressPolicy } from './address-policy.js';
import { HttpClient } from './http-client.js';
import { Retries } from './retries.js';

/** Outbound HTTP under the address policy. */
@Module({
  providers: [
    {
      provide: AddressPolicy,
      useFactory: ({ outbound }: Configuration) => new AddressPolicy(outbound.allowedPrivateNetworks),
      inject: [Configuration],
    },
    {
      provide: HttpClient,
      useFactory: ({ outbound }: Configuration, policy: AddressPolicy) =>
        new HttpClient({ policy, connections: outbound.concurrency, timeout: outbound.timeout }),
      inject: [Configuration, AddressPolicy],
    },
    { provide: Retries, useFactory: () => new Retries() },
  ],
  exports: [AddressPolicy, HttpClient, Retries],
})
export class DownloadModule implements OnModuleDestroy {
  constructor(private readonly client: HttpClient) {}

  async onModuleDestroy(): Promise<void> {
    await this.client.close();
  }
}
