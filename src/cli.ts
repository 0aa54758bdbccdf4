import { type Configuration, ConfigurationError, loadConfiguration, VERSION } from './config/index.js';
import { openCluster } from './database/embedded/cluster.js';
import { CachitoError } from './errors/index.js';
import { createLogger } from './observability/index.js';

/**
 * The command line: no command starts the service; a command of the pipeline runs once and ends.
 *
 * The program itself is loaded last, while a fresh embedded database is made beside it: both take most of a second.
 *
 * @returns the exit status; a started service goes on after this returned 0.
 */
export async function runCli(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first] = argv;
  if (first === '--version') return say(VERSION);
  if (first === '--help' || first === '-h') return say(await usage());
  if (first === 'create-token') return await runAlone(argv);
  const isCommand = first !== undefined && !first.startsWith('-');
  try {
    const { configuration, warnings } = loadConfiguration(env, isCommand ? [] : argv);
    const logger = createLogger(configuration.logs);
    for (const warning of warnings) logger.warn(warning);
    makeDatabaseReady(configuration);
    const { runOnce, serve } = await import('./application.js');
    return isCommand ? await runOnce(configuration, logger, argv) : await serve(configuration, logger);
  } catch (error) {
    return complain(explain(error));
  }
}

/** A failure is met again, and told, when the database is opened. */
function makeDatabaseReady({ database, directories }: Configuration): void {
  if (database.url === undefined) openCluster(directories.database).catch(() => undefined);
}

/** A command that needs neither configuration nor data: it is for those, too, who make the first configuration. */
async function runAlone(argv: string[]): Promise<number> {
  const { runCommand } = await import('./pipeline/commands.js');
  return runCommand(() => Promise.reject(new Error('it opens no application')), argv);
}

async function usage(): Promise<string> {
  const { COMMANDS } = await import('./pipeline/commands.js');
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

function say(text: string): number {
  console.log(text);
  return 0;
}

function complain(text: string): number {
  console.error(text);
  return 1;
}
