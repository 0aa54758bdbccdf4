import { homedir } from 'node:os';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { Metrics, ObservabilityModule } from '../observability/index.js';
import { AddressPolicy } from './address-policy.js';
import { DownloadMetrics } from './download-metrics.js';
import { closedHosts, configuredEndpoints } from './endpoint.js';
import { HttpClient } from './http-client.js';
import { Retries } from './retries.js';

/** Outbound HTTP under the address policy, with the credentials of the upstreams. */
@Module({
  imports: [ObservabilityModule],
  providers: [
    {
      provide: AddressPolicy,
      useFactory: ({ outbound, upstreams }: Configuration) =>
        new AddressPolicy(outbound.allowedPrivateNetworks, configuredEndpoints(upstreams)),
      inject: [Configuration],
    },
    {
      provide: HttpClient,
      useFactory: ({ auth, outbound, upstreams }: Configuration, policy: AddressPolicy, metrics: Metrics) =>
        new HttpClient({
          policy,
          connections: outbound.concurrency,
          timeout: outbound.timeout,
          access: upstreams.access,
          proxies: outbound.proxies,
          home: homedir(),
          closedHosts: closedHosts(auth.hostReaders),
          metrics: new DownloadMetrics(metrics),
        }),
      inject: [Configuration, AddressPolicy, Metrics],
    },
    { provide: Retries, useFactory: () => new Retries() },
  ],
  exports: [AddressPolicy, HttpClient, Retries],
})
export class DownloadModule implements OnApplicationShutdown {
  constructor(private readonly client: HttpClient) {}

  /** Last: what still runs may need it, and it waits for what was asked. */
  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
