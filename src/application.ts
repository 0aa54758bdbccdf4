import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { auditCalls, AuditLog } from './auth/audit/audit-log.js';
import { type Configuration, VERSION } from './config/index.js';
import { endWhenTold } from './graceful-end.js';
import { configureApplication } from './http/index.js';
import { endWithNpm } from './npm-parent.js';
import { NestPinoLogger } from './observability/index.js';
import { runCommand } from './pipeline/commands.js';

/** Starts the service in its role. Returns 0 when it answers (or, as a worker, takes requests), and goes on. */
export async function serve(configuration: Configuration, logger: Logger): Promise<number> {
  const options = { logger: new NestPinoLogger(logger), abortOnError: false };
  const module = AppModule.for(configuration);
  endWithNpm();
  if (configuration.role === 'worker') {
    const worker = await NestFactory.createApplicationContext(module, options);
    endWhenTold(worker);
    console.log(
      `Cachito ${VERSION}: this worker takes requests from the queue. Data lies in ${configuration.directories.data}`,
    );
    return 0;
  }
  const app = await NestFactory.create<NestExpressApplication>(module, { ...options, bodyParser: false });
  auditCalls(app, new AuditLog(configuration));
  configureApplication(app, configuration);
  endWhenTold(app, app.getHttpServer());
  await app.listen(configuration.server.port, configuration.server.host);
  console.log(banner(configuration, app.getHttpServer().address() as AddressInfo));
  return 0;
}

/** Runs one command beside a service that may be running: an embedded database that is up is joined, not stopped. */
export async function runOnce(configuration: Configuration, logger: Logger, argv: string[]): Promise<number> {
  const module = AppModule.for({ ...configuration, role: 'api' });
  const options = { logger: new NestPinoLogger(logger), abortOnError: false };
  let status = 1;
  let isWork = false;
  try {
    status = await runCommand(() => {
      isWork = true;
      return NestFactory.createApplicationContext(module, options);
    }, argv);
    return status;
  } finally {
    // Help and misspelt commands do not open the application.
    if (isWork) new AuditLog(configuration).writeCommand(argv, status);
  }
}

/** What a new user needs first; goes to standard output, while the log goes to standard error. */
function banner(configuration: Configuration, { port }: AddressInfo): string {
  const host = configuration.server.host;
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const local = `http://${reachable}:${port}`;
  const base = configuration.server.publicUrl ?? local;
  const example = { repo: EXAMPLE.repo, ref: EXAMPLE.ref, pkg_managers: [] };
  return [
    `Cachito ${VERSION} is ready.`,
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
