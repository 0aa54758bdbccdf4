import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricsOf } from '../../test/support/metrics.js';
import { Metrics } from '../observability/index.js';
import { type Running, serve } from './__fixtures__/servers.js';
import { AddressPolicy } from './address-policy.js';
import { DownloadMetrics } from './download-metrics.js';
import { endpointOf } from './endpoint.js';
import { HttpClient } from './http-client.js';

describe('bytes over HTTP', () => {
  let configured: Running;
  let other: Running;
  let client: HttpClient;
  const metrics = new Metrics();

  beforeAll(async () => {
    other = await serve((_, response) => void response.end('7 bytes'), '127.0.0.2');
    configured = await serve(({ url }, response) => {
      if (url === '/there') response.end('three');
      else if (url === '/cut') response.writeHead(200, { 'content-length': '50' }).write('cut', () => response.destroy());
      else response.writeHead(302, { location: `${other.url}/` }).end('not counted');
    });
    const policy = new AddressPolicy(['127.0.0.0/8'], [endpointOf(new URL(configured.url))]);
    client = new HttpClient({ policy, connections: 2, timeout: 10_000, metrics: new DownloadMetrics(metrics) });
  });
  afterAll(async () => {
    await client?.close();
    await Promise.all([configured, other].map((server) => server?.close()));
  });

  it('are counted by whether the operator configured the host that they came from, and no host is named', async () => {
    await text((await client.request(`${configured.url}/there`)).body);
    await text((await client.request(`${configured.url}/elsewhere`)).body);
    await text((await client.request(`${other.url}/`)).body);
    await text((await client.request(`${configured.url}/there`, { method: 'HEAD' })).body);
    await expect(text((await client.request(`${configured.url}/cut`)).body)).rejects.toThrow(/broke off/);
    expect(metricsOf(await metrics.text(), 'cachito_')).toEqual({
      'cachito_http_fetched_bytes_total{upstream="configured"}': 8,
      'cachito_http_fetched_bytes_total{upstream="other"}': 14,
    });
  });
});
