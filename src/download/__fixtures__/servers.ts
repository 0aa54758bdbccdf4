import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** A real server on loopback. */
export interface Running {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  port: number;
  close(): Promise<void>;
}

export interface Certificate {
  key: string;
  /** Trusts itself: also the authority. PEM. */
  cert: string;
}

/** A certificate for these names and addresses: `DNS:registry.test`, `IP:127.0.0.1`. */
export function makeCertificate(...names: string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      // prettier-ignore
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test',
        '-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function serve(handler: RequestListener, host = '127.0.0.1'): Promise<Running> {
  return running(createHttpServer(handler), 'http', host);
}

export async function serveTls(certificate: Certificate, handler: RequestListener, host = '127.0.0.1'): Promise<Running> {
  return running(createHttpsServer(certificate, handler), 'https', host);
}

/** Answers each connection's first request with these bytes, then closes it unless it is to stay open. */
export async function serveBytes(bytesFor: (path: string) => { bytes: string; close: boolean }): Promise<Running> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const { bytes, close } = bytesFor(chunk.toString('latin1').split(' ')[1] ?? '');
      if (close) socket.end(bytes, 'latin1');
      else socket.write(bytes, 'latin1');
    });
  });
  return running(server, 'http', '127.0.0.1');
}

async function running(server: Server, scheme: string, host: string): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://${host}:${port}`,
    port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface ProxyServer extends Running {
  /** `CONNECT host:port` and `GET http://host/path`, with the proxy credentials that came along. */
  seen: { line: string; authorization: string | undefined; headers: IncomingMessage['headers'] }[];
  /** Name → port on loopback: the proxy knows names that nobody else resolves. */
  names: Map<string, number>;
  /** Answer this instead of connecting; 0 = never answer. */
  refuse: number | undefined;
}

/** A real HTTP proxy: tunnels for CONNECT, forwards the rest. */
export async function serveProxy(certificate?: Certificate): Promise<ProxyServer> {
  const server: HttpServer = certificate === undefined ? createHttpServer() : createHttpsServer(certificate);
  const proxy: ProxyServer = {
    ...(await running(server, certificate === undefined ? 'http' : 'https', '127.0.0.1')),
    seen: [],
    names: new Map(),
    refuse: undefined,
  };
  const remember = ({ method, url, headers }: IncomingMessage): void => {
    proxy.seen.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'], headers });
  };
  const portOf = (host: string, port: string): number => proxy.names.get(host) ?? Number(port);
  server.on('connect', (request, client: Duplex) => {
    remember(request);
    client.on('error', () => undefined);
    if (proxy.refuse === 0) return;
    if (proxy.refuse !== undefined) return void client.end(`HTTP/1.1 ${proxy.refuse} No\r\nContent-Length: 0\r\n\r\n`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(portOf(host, port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.on('request', (request, response) => {
    remember(request);
    if (proxy.refuse === 0) return;
    if (proxy.refuse !== undefined) return void response.writeHead(proxy.refuse).end();
    const { hostname, port, pathname, search } = new URL(request.url ?? '');
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const forwarded = httpRequest({ host: '127.0.0.1', port: portOf(hostname, port || '80'), path: pathname + search, method: request.method, headers });
    forwarded.on('error', () => response.destroy());
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  return proxy;
}
