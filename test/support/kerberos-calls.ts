import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import { SHORT_LIFE } from './kdc.js';

const CURL = 'curl';

/** What the service says to a call that posts or patches a request. */
export interface Answer {
  status: number;
  /** All `WWW-Authenticate`. */
  challenges: string[];
  body: { id: number; user: string | null; submitted_by: string | null; error: string };
}

/** A call by curl, in the environment of a login, by `--negotiate -u :` unless other credentials are given. */
export async function curl(
  environment: Record<string, string>,
  url: string,
  args: readonly string[],
  credentials = ['--negotiate', '-u', ':'],
): Promise<Answer> {
  const { stdout } = await execa(CURL, ['-sS', '-i', '--max-time', '60', ...credentials, ...args, url], {
    env: { PATH: process.env.PATH, ...environment },
    extendEnv: false,
  });
  // Answers in turn: the last one counts.
  const answers = stdout.split(/\r?\n(?=HTTP\/1)|^(?=HTTP\/1)/);
  const [head, ...rest] = answers[answers.length - 1].split(/\r?\n\r?\n/);
  const challenges = [...head.matchAll(/^www-authenticate: (.*?)\r?$/gim)].map(([, value]) => value);
  const text = rest.join('\n\n');
  return { status: Number(head.split(' ')[1]), challenges, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}

/** What `negotiate-client.mjs` prints. */
export async function client(environment: Record<string, string>, args: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, 'negotiate-client.mjs');
  const { stdout } = await execa(process.execPath, [program, ...args], { env: environment });
  return stdout;
}

/** What curl sends to log in: to somebody else, who listens by the same name. */
export async function recordedHeader(environment: Record<string, string>): Promise<string> {
  let recorded = '';
  const server = createServer((request, response) => {
    recorded = request.headers.authorization ?? recorded;
    response.writeHead(recorded === '' ? 401 : 200, { 'WWW-Authenticate': 'Negotiate' }).end('{}');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('No port');
  await curl(environment, `http://localhost:${bound.port}/`, []);
  server.close();
  return recorded;
}

/** Makes the tickets of a cache look as if they had an hour left: a client believes what stands there. */
export async function lengthen(cache: string): Promise<void> {
  const bytes = await readFile(cache);
  const now = Math.floor(Date.now() / 1000);
  for (let at = 0; at + 12 <= bytes.length; at++) {
    // The times of login, begin and end stand in a row.
    const [login, begin, end] = [0, 4, 8].map((offset) => bytes.readUInt32BE(at + offset));
    const isShort = begin - login <= 1 && end > begin && end - begin <= SHORT_LIFE;
    if (isShort && login > now - 3_600 && login <= begin && end < now) bytes.writeUInt32BE(now + 3_600, at + 8);
  }
  await writeFile(cache, bytes);
}
