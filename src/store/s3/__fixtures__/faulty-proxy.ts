import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to one call: passed on; answered with a status; the connection broken before it is passed on, or instead
 * of the answer, or after so many bytes of the answer's content.
 */
export type Fate = 'pass' | { status: number } | 'break' | 'lose the answer' | { cutAfter: number };

export interface FaultyProxy {
  endpoint: string;
  /** Decides about every call from now on. */
  fate: (call: IncomingMessage) => Fate;
  close(): Promise<void>;
}

/** Stands between a client and a real server. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const proxy: { fate: FaultyProxy['fate'] } = { fate: () => 'pass' };
  const server = createServer((call, answer) => handle(target, call, answer, proxy.fate(call)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

function handle(target: string, call: IncomingMessage, answer: ServerResponse, fate: Fate): void {
  if (fate === 'break') {
    call.socket.destroy();
    return;
  }
  if (typeof fate === 'object' && 'status' in fate) {
    call.resume();
    call.once('end', () => answer.writeHead(fate.status, { 'content-type': 'application/xml' }).end(slowDown));
    return;
  }
  const { pathname, search } = new URL(call.url ?? '/', target);
  const passed = request(`${target}${pathname}${search}`, { method: call.method, headers: call.headers });
  passed.once('error', () => call.socket.destroy());
  passed.once('response', (response) => {
    if (fate === 'lose the answer') {
      response.resume();
      response.once('end', () => call.socket.destroy());
      return;
    }
    answer.writeHead(response.statusCode ?? 500, response.headers);
    if (fate === 'pass') {
      response.pipe(answer);
      return;
    }
    let left = fate.cutAfter;
    response.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      answer.write(chunk.subarray(0, left), () => left <= 0 && call.socket.destroy());
      left -= chunk.length;
    });
    response.once('end', () => call.socket.destroy());
  });
  call.pipe(passed);
}

const slowDown = '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>';
