import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { collectBlobs } from './commands/collect-blobs.js';
import type { Command, StandaloneCommand } from './commands/command.js';
import { UsageError } from './commands/command.js';
import { cleanup } from './commands/cleanup.js';
import { createToken } from './commands/create-token.js';
import { exportToFile } from './commands/export-database.js';
import { importFromFile } from './commands/import-database.js';
import { moveDatabase } from './commands/move-database.js';
import { pause, resume } from './commands/pause.js';
import { pruneArchives } from './commands/prune-archives.js';

/** The commands of an administrator, by name. */
export const COMMANDS: Readonly<Record<string, Command | StandaloneCommand>> = {
  cleanup,
  'prune-archives': pruneArchives,
  'collect-blobs': collectBlobs,
  'move-database': moveDatabase,
  'export-database': exportToFile,
  'import-database': importFromFile,
  'create-token': createToken,
  pause,
  resume,
};

const HELP = { help: { type: 'boolean', short: 'h' } } as const satisfies ParseArgsConfig['options'];

/**
 * Runs a command: `argv` is its name and its arguments. Results go to standard output, complaints to standard error.
 * The application is opened only when there is something to do, and closed at the end.
 * Returns the exit status: 0 done, 1 failed, 2 wrong usage.
 */
export async function runCommand(open: () => Promise<INestApplicationContext>, argv: string[]): Promise<number> {
  const [name = '', ...args] = argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    console.error(`There is no command "${name}". Commands: ${Object.keys(COMMANDS).join(', ')}`);
    return 2;
  }
  try {
    const { values, positionals } = parse(command, args);
    if (values.help === true) {
      console.log(command.help);
      return 0;
    }
    const print = (line: string): void => console.log(line);
    if ('runAlone' in command) {
      command.runAlone({ values, positionals, print });
      return 0;
    }
    const app = await open();
    try {
      await command.run({ app, values, positionals, print });
    } finally {
      await app.close();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${command.help}`);
    return 2;
  }
}

function parse(command: Command | StandaloneCommand, args: string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args, options: { ...command.options, ...HELP }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
