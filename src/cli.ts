import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { type Configuration, ConfigurationError, loadConfiguration } from './config/index.js';
import { CachitoError } from './errors/index.js';
import { configureApplication } from './http/index.js';
import { createLogger, NestPinoLogger } from './observability/index.js';
import { COMMANDS, runCommand } from './pipeline/commands.js';

/**
 * The command line: no command starts the service; a command of the pipeline runs once and ends.
 *
 * @returns the exit status; a started service goes on after this returned 0.
 */
export async function runCli(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first] = argv;
  if (first === '--help' || first === '-h') return say(usage());
  if (first === '--version') return say(version());
  const command = first !== undefined && first in COMMANDS ? first : undefined;
  if (command === undefined && first !== undefined && !first.startsWith('-')) {
    return complain(`There is no command "${first}".\n\n${usage()}`);
  }
  try {
    const { configuration, warnings } = loadConfiguration(env, command === undefined ? argv : []);
    const logger = createLogger(configuration.logs);
    for (const warning of warnings) logger.warn(warning);
    return command === undefined ? await serve(configuration, logger) : await runOnce(configuration, logger, argv);
  } catch (error) {
    return complain(explain(error));
  }
}

async function serve(configuration: Configuration, logger: Logger): Promise<number> {
  const options = { logger: new NestPinoLogger(logger), abortOnError: false };
  const module = AppModule.for(configuration);
  if (configuration.role === 'worker') {
    const worker = await NestFactory.createApplicationContext(module, options);
    worker.enableShutdownHooks();
    console.log(`Cachito ${version()}: this worker takes requests from the queue. Data lies in ${configuration.directories.data}`);
    return 0;
  }
  const app = await NestFactory.create<NestExpressApplication>(module, { ...options, bodyParser: false });
  configureApplication(app, configuration);
  app.enableShutdownHooks();
  await app.listen(configuration.server.port, configuration.server.host);
  say(banner(configuration, app.getHttpServer().address() as AddressInfo));
  return 0;
}

/** Runs one command beside a service that may be running: an embedded database that is up is joined, not stopped. */
function runOnce(configuration: Configuration, logger: Logger, argv: string[]): Promise<number> {
  const module = AppModule.for({ ...configuration, role: 'api' });
  return runCommand(
    () => NestFactory.createApplicationContext(module, { logger: new NestPinoLogger(logger), abortOnError: false }),
    argv,
  );
}

/** What a new user needs first; goes to standard output, while the log goes to standard error. */
function banner(configuration: Configuration, { port }: AddressInfo): string {
  const host = configuration.server.host;
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const local = `http://${reachable}:${port}`;
  const base = configuration.server.publicUrl ?? local;
  const example = { repo: EXAMPLE.repo, ref: EXAMPLE.ref, pkg_managers: [] };
  return [
    `Cachito ${version()} is ready.`,
    '',
    `  Swagger UI   ${base}/`,
    `  Listens on   ${local}/`,
    `  Data         ${configuration.directories.data}`,
    `  Try it       curl -sS -H 'Content-Type: application/json' ${base}/api/v1/requests \\`,
    `                 -d '${JSON.stringify(example)}'`,
    '',
  ].join('\n');
}

/** A small public repository, for the first request. */
const EXAMPLE = {
  repo: 'https://github.com/octocat/Hello-World.git',
  ref: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
};

function usage(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(24)}${summary}`);
  return [
    'Usage: npm start [-- --api-only | --worker-only]',
    '       npm run cachito -- COMMAND [options]',
    '',
    'Starts Cachito. Configuration comes from environment variables: see docs/configuration.md.',
    '',
    '  --api-only              serve the API, do no work (needs DATABASE_URL and CACHITO_PUBLIC_URL)',
    '  --worker-only           work on requests, serve nothing (needs the same)',
    '  --version, --help',
    '',
    'Commands:',
    ...commands,
    '',
    'COMMAND --help tells more.',
  ].join('\n');
}

function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof CachitoError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Another process listens there; set PORT to a free port.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Of the package.json above this file, be it compiled (`dist/src/`) or not. */
function version(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function say(text: string): number {
  console.log(text);
  return 0;
}

function complain(text: string): number {
  console.error(text);
  return 1;
}
