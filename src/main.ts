import { runCli } from './cli.js';

const status = await runCli(process.argv.slice(2), process.env);
// A start that failed half-way may hold connections open; a service that runs, or a command that ended, needs no exit.
if (status !== 0) process.exit(status);
