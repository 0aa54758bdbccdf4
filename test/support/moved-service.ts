import { execa } from 'execa';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from './service.js';

const MAIN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'dist/src/main.js');

/** How a command of an administrator ended. */
export interface CommandResult {
  status: number;
  output: string;
  errors: string;
}

/** Runs a command of the compiled program. */
export async function runCachito(args: string[], environment: NodeJS.ProcessEnv, input?: Buffer): Promise<CommandResult> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['--enable-source-maps', MAIN, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...environment },
    extendEnv: false,
    reject: false,
    encoding: 'latin1',
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  return { status: exitCode ?? -1, output: stdout, errors: stderr };
}

interface OpenApi {
  paths: Record<string, { get?: { parameters?: { name: string; in: string; required?: boolean }[] } }>;
}

/** Answers that may differ from one call to the next. */
const CHANGING = /\/(status|events|healthz|readyz|healthcheck|metrics|openapi\.json|board)/;

/** Everything that the API tells of some requests, by path: status and body. */
export async function answersAbout(service: Service, ids: readonly number[]): Promise<Map<string, string>> {
  const { paths } = (await (await service.fetch('/api/v1/openapi.json')).json()) as OpenApi;
  const templates = Object.keys(paths).filter((path) => paths[path].get !== undefined && !CHANGING.test(path));
  const ofRequests = templates.filter((path) => /^[^{]*\{id\}[^{]*$/.test(path) && !path.endsWith('/download'));
  const lists = ['?per_page=3&page=2', '?verbose=true&per_page=100', '?state=complete&per_page=100'];
  const all = [
    ...ids.flatMap((id) => ofRequests.map((path) => path.replace('{id}', String(id)))),
    ...lists.map((query) => `/api/v1/requests${query}`),
    '/api/v1/dependencies?name=kite1',
  ];
  const answers = new Map<string, string>();
  for (const path of all) {
    const response = await service.fetch(path);
    answers.set(path, `${response.status} ${await response.text()}`);
  }
  return answers;
}
