import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';

/** A port of this host that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

/**
 * A real nginx on `port` of loopback that passes what lies below `prefix` (`/cachito/`) on to `origin`, and compresses
 * what it may. `directory` gets its files. Returns what ends it.
 */
export function startNginx(
  directory: string,
  { port, prefix, origin }: { port: number; prefix: string; origin: string },
): Promise<() => Promise<void>> {
  return startNginxWith(
    directory,
    port,
    `gzip on; gzip_proxied any; gzip_min_length 1; gzip_types *;
    server {
      listen 127.0.0.1:${port};
      location ${prefix} { proxy_pass ${origin}/; proxy_set_header Host $http_host; }
    }`,
  );
}

/**
 * A real nginx with these directives in its `http` block; it is up when `port` of loopback answers. `directory` gets
 * its files. Returns what ends it.
 */
export async function startNginxWith(directory: string, port: number, http: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const configuration = join(directory, 'nginx.conf');
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${join(directory, kind)};`);
  await writeFile(
    configuration,
    `daemon off; worker_processes 1; pid ${join(directory, 'pid')}; error_log ${join(directory, 'error.log')};
    events {}
    http {
      access_log off; ${paths.join(' ')}
      ${http}
    }`,
  );
  const nginx = execa('nginx', ['-p', directory, '-c', configuration], { reject: false, all: true });
  await Promise.race([listening(port), nginx.then(({ all }) => Promise.reject(new Error(`nginx has ended: ${all}`)))]);
  return async () => {
    nginx.kill();
    await nginx;
  };
}

async function listening(port: number): Promise<void> {
  while (!(await accepts(port))) await wait(20);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
