import 'reflect-metadata';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { EmbeddedPostgres } from '../embedded-postgres.js';

/** A process that uses the embedded server, for specs: prints its address, ends in an orderly way at end of input. */
Logger.overrideLogger(false);
const server = await EmbeddedPostgres.start(process.argv[2] ?? '');
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await server.stop();
