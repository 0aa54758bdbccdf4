import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { metricsOf } from '../../test/support/metrics.js';
import { Metrics } from '../observability/index.js';
import type { MadeArtifactSpec } from './artifact.js';
import { specOf, TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();
let test: TestArchive;
let upstream: TestUpstream;

beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestUpstream((path, _request, response) => {
    if (path === '/absent') response.writeHead(404).end();
    else response.end('12 bytes long');
  }).listen();
});
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

it('counts what was found, fetched and made, and the bytes of what was fetched', async () => {
  const specs = ['a', 'b', 'c'].map((version) => specOf([upstream.url(`/${version}`)], { version }));
  const made: MadeArtifactSpec = {
    ecosystem: 'pip',
    upstream: 'git+https://git.acme.dev/kite.git#0123',
    verifiedBy: 'git commit',
    make: async () => ({ name: 'kite', version: '1', content: Readable.from([Buffer.from('made')]) }),
  };
  await test.archive.getAll(specs.slice(0, 2), { signal });
  await test.archive.getAll(specs, { signal });
  await test.archive.get(specs[2], signal);
  const { sha256 } = await test.archive.getMade(made, signal);
  await test.archive.getMade(made, signal);
  await test.store.delete(sha256);
  await test.archive.getMade(made, signal);
  await expect(test.archive.get(specOf([upstream.url('/absent')]), signal)).rejects.toThrow('404');
  expect(metricsOf(await test['module'].get(Metrics, { strict: false }).text(), 'cachito_')).toEqual({
    'cachito_artifacts_total{ecosystem="npm",result="fetched"}': 3,
    'cachito_artifacts_total{ecosystem="npm",result="found"}': 3,
    'cachito_artifacts_total{ecosystem="pip",result="made"}': 2,
    'cachito_artifacts_total{ecosystem="pip",result="found"}': 1,
    'cachito_artifact_fetched_bytes_total{ecosystem="npm"}': 39,
    'cachito_http_fetched_bytes_total{upstream="other"}': 39,
  });
});
