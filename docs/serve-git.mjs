#!/usr/bin/env node
/**
 * Serves the git repositories below a folder over smart HTTP on loopback, to try Cachito without the internet:
 *
 *   node docs/serve-git.mjs FOLDER [PORT]
 *
 * Needs git; for trying only (no authentication, one reader of everything).
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { resolve } from 'node:path';

const [folder = '.', port = '8081'] = process.argv.slice(2);

const server = createServer((request, response) => {
  const { pathname, search } = new URL(request.url, 'http://localhost');
  const backend = spawn('git', ['-c', 'uploadpack.allowFilter=true', 'http-backend'], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: resolve(folder),
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(backend.stdin).on('error', () => undefined);
  let head = Buffer.alloc(0);
  backend.stdout.on('data', function readHead(chunk) {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    backend.stdout.off('data', readHead);
    const headers = head.subarray(0, end).toString().split('\r\n').map((line) => line.split(/: */, 2));
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  });
});

server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/<repository>`));
