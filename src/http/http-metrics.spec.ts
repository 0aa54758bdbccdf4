import { once } from 'node:events';
import { hostname } from 'node:os';
import { type AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from '@jest/globals';
import { Metrics } from '../observability/index.js';
import { HttpMetrics } from './http-metrics.js';

it('counts calls by method, status and route, not by address', async () => {
  const metrics = new Metrics();
  const http = new HttpMetrics(metrics);
  const app = express();
  app.use((request, response, next) => http.observe(request, response, next));
  app.get('/things/:id', (request, response) => response.sendStatus(Number(request.params.id)));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const path of ['things/200', 'things/200', 'things/500', 'nothing/1', 'nothing/2']) {
    await (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
  }
  server.close();
  await once(server, 'close');
  const text = await metrics.text();
  const count = (name: string, labels: string): string | undefined =>
    text.split('\n').find((line) => line.startsWith(`cachito_flask_http_request_${name}{${labels}`))?.split(' ')[1];
  const host = `host="${hostname()}"`;
  expect(count('total', `method="GET",status="200",${host}`)).toBe('2');
  expect(count('total', `method="GET",status="404",${host}`)).toBe('2');
  expect(count('exceptions_total', `method="GET",status="500",${host}`)).toBe('1');
  expect(count('duration_seconds_count', `method="GET",status="200",${host},path="/things/:id"`)).toBe('2');
  expect(count('duration_seconds_count', `method="GET",status="404",${host},path="unknown"`)).toBe('2');
});
