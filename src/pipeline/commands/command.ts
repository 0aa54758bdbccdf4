import type { ParseArgsConfig } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';

/** What a command runs with. */
interface CommandInput {
  app: INestApplicationContext;
  /** Options, as `node:util` parsed them. */
  values: Record<string, unknown>;
  positionals: string[];
  print: (line: string) => void;
}

interface CommandUse {
  /** One line for the list of commands. */
  summary: string;
  help: string;
  options: NonNullable<ParseArgsConfig['options']>;
}

export interface Command extends CommandUse {
  /** Throws `UsageError` for wrong arguments. */
  run(input: CommandInput): Promise<void>;
}

/** A command that needs neither configuration nor data. */
export interface StandaloneCommand extends CommandUse {
  /** Throws `UsageError` for wrong arguments. */
  runAlone(input: Omit<CommandInput, 'app'>): void;
}

/** Wrong arguments: the message says which, the help is shown with it. */
export class UsageError extends Error {}

export function refusePositionals(positionals: readonly string[], allowed: number): void {
  if (positionals.length > allowed) throw new UsageError(`Unexpected argument "${positionals[allowed]}".`);
}

/** Bytes for people. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
