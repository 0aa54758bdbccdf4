import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './proxy-answers.js';

const PLAIN = 'text/plain; charset=utf-8';

/** Sends an answer, a file piece by piece as the client takes it. Throws when a file cannot be read, or the signal fires. */
export async function sendAnswer(
  answer: Answer,
  { method }: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if ('text' in answer) return sendText(response, answer.status, answer.text, answer.type);
  if ('bytes' in answer) return sendBytes(response, answer.status, answer.bytes, 'application/octet-stream');
  const headers = { 'Content-Type': answer.type, 'Content-Length': answer.size };
  if (method === 'HEAD') return void response.writeHead(answer.status, headers).end();
  const content = await answer.open();
  response.writeHead(answer.status, headers);
  await pipeline(content, response, { signal });
}

/** Sends a short text. */
export function sendText(response: ServerResponse, status: number, text: string, type = PLAIN): void {
  sendBytes(response, status, Buffer.from(text), type);
}

/** To `HEAD`, Node sends the headers only. */
function sendBytes(response: ServerResponse, status: number, bytes: Buffer, type: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length }).end(bytes);
}
