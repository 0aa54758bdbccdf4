/**
 * Time to download a bundle of 500 MB from the service against nginx serving the same file, with one client.
 *
 *     node --import ./test/support/typescript.mjs bench/download.ts
 */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { BundleService } from '../src/bundles/__fixtures__/bundle-service.js';
import { Configuration } from '../src/config/index.js';

const RUNS = 9;
const ARCHIVE_BYTES = 50_000_000;
const ARCHIVES = 10;
const TARGET = 2.5;

const hasNginx = await execa('nginx', ['-v']).then(
  () => true,
  () => false,
);
if (hasNginx) await compare();
else console.log('nginx is not installed: `apt-get install nginx` (Debian), then again');

async function compare(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'cachito-bench-download-'));
  const service = await BundleService.start();
  try {
    const artifacts = Object.fromEntries(
      Array.from({ length: ARCHIVES }, (_, at) => [`npm/${at}.tgz`, randomBytes(ARCHIVE_BYTES)]),
    );
    const bundle = await service.build({ 'README.md': 'text' }, artifacts);
    const id = await service.request('complete', bundle);
    const { sha256 } = bundle;
    const file = join(
      service.app.get(Configuration).directories.bundles,
      sha256.slice(0, 2),
      sha256.slice(2, 4),
      sha256,
    );
    const nginx = await startNginx(scratch, file);
    try {
      const ours = `${service.origin}/api/v1/requests/${id}/download`;
      const times = { nginx: [] as number[], service: [] as number[] };
      // Both once before: page cache, the check of the digest, compiled code.
      for (const url of [nginx.url, ours]) await download(url);
      for (let run = 0; run < RUNS; run += 1) {
        times.nginx.push(await download(nginx.url));
        times.service.push(await download(ours));
      }
      report(times, bundle.size);
    } finally {
      await nginx.stop();
    }
  } finally {
    await service.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

function report(times: { nginx: number[]; service: number[] }, size: number): void {
  for (const [name, runs] of Object.entries(times)) {
    console.log(`${name}: median ${median(runs).toFixed(3)} s of ${runs.map((time) => time.toFixed(3)).join(' ')}`);
  }
  const ratio = median(times.service) / median(times.nginx);
  console.log(
    `download of ${(size / 1e6).toFixed(0)} MB against nginx: ratio ${ratio.toFixed(2)}, target <= ${TARGET}: ${ratio <= TARGET ? 'met' : 'MISSED'}`,
  );
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? NaN;
}

/** Seconds by curl's own clock: a client in this process would take part of the server's time. */
async function download(url: string): Promise<number> {
  const { stdout } = await execa('curl', ['-sS', '--fail', '-o', '/dev/null', '-w', '%{time_total}', url]);
  return Number(stdout);
}

/** nginx as packaged, with a configuration of its own and one file. */
async function startNginx(scratch: string, file: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  // Its workers may run as another user.
  await chmod(scratch, 0o755);
  await mkdir(join(scratch, 'logs'));
  const configuration = join(scratch, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    configuration,
    `${user} daemon off; pid ${scratch}/nginx.pid; error_log ${scratch}/logs/error.log;
    events {}
    http {
      access_log off; sendfile on; tcp_nopush on;
      client_body_temp_path ${scratch}/body; proxy_temp_path ${scratch}/proxy; fastcgi_temp_path ${scratch}/fastcgi;
      uwsgi_temp_path ${scratch}/uwsgi; scgi_temp_path ${scratch}/scgi;
      server { listen 127.0.0.1:${port}; location = /bundle { alias ${file}; } }
    }`,
  );
  const server = execa('nginx', ['-c', configuration, '-p', scratch], { reject: false });
  const url = `http://127.0.0.1:${port}/bundle`;
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(50)) {
    if (
      await fetch(url, { method: 'HEAD' }).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
  }
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      await server;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
