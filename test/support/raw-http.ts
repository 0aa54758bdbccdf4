import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Sends bytes to a port of loopback, from an address of this host, and returns all that comes back until the other side
 * closes. Text is Latin-1: a character is a byte.
 */
export async function sendRaw(
  port: number,
  pieces: string | readonly string[],
  { from = '127.0.0.1' }: { from?: string } = {},
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  const received: Buffer[] = [];
  socket.on('data', (piece: Buffer) => received.push(piece)).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  for (const piece of [pieces].flat()) socket.write(Buffer.from(piece, 'latin1'));
  await closed;
  return Buffer.concat(received).toString('latin1');
}

/**
 * Sends a call whose body never ends, for as long as the other side takes it. Returns the bytes that were sent until the
 * connection was closed, or more than `most`. The answer is of no use: it may get lost when a connection is cut.
 */
export async function sendEndlessly(port: number, head: string, most: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.resume().write(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const piece = Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`);
  let sent = 0;
  while (!socket.destroyed && sent <= most) {
    sent += piece.length;
    if (!socket.write(piece)) await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  socket.destroy();
  return sent;
}

/** The statuses of the answers in what came back, in order. */
export function statusesIn(answers: string): number[] {
  return [...answers.matchAll(/(?:^|\r\n\r\n|\})HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
