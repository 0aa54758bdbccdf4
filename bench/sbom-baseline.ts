/**
 * What `sbom.ts` compares with: a server that reads the same rows and makes the same document, and then has its text as a
 * whole, as a string and as bytes, besides the document.
 *
 *     DATABASE_URL=… node --import ./test/support/typescript.mjs bench/sbom-baseline.ts
 *
 * Prints its port. `/<request>/<format>` answers with the document, `/metrics` with the longest delay of the event loop
 * since it was asked last.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { DataSource } from 'typeorm';
import { loadConfiguration } from '../src/config/index.js';
import { postgresOptions } from '../src/database/data-source.js';
import { Catalogue } from '../src/dependencies/index.js';
import { ManifestRequests } from '../src/manifests/manifest-requests.js';
import type { SbomFormat } from '../src/manifests/sbom/sbom-formats.js';
import { RequestVisibility } from '../src/requests/index.js';
import { Sboms } from '../src/manifests/sbom/sboms.js';

const compress = promisify(gzip);
const dataSource = await new DataSource(postgresOptions(process.env.DATABASE_URL ?? '')).initialize();
const { configuration } = loadConfiguration(process.env, []);
const visibility = new RequestVisibility(configuration, dataSource);
const requests = new ManifestRequests(dataSource, new Catalogue(dataSource), visibility);
const sboms = new Sboms(requests);
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, id, format] = (request.url ?? '').split('/');
  if (id === 'metrics') {
    response.end(`nodejs_eventloop_lag_max_seconds ${delay.max / 1e9}\n`);
    delay.reset();
    return;
  }
  const document = await sboms.about([await requests.finished(Number(id))], format as SbomFormat);
  const bytes = Buffer.from(JSON.stringify(document));
  const isGzipped = request.headers['accept-encoding'] === 'gzip';
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}${isGzipped ? '-gzip' : ''}"`;
  response.setHeader('etag', etag);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  if (isGzipped) response.setHeader('content-encoding', 'gzip');
  response.end(isGzipped ? await compress(bytes, { level: constants.Z_BEST_SPEED }) : bytes);
}
