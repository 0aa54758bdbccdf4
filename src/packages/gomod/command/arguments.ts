import { GoModError } from '../../../errors/index.js';

/** The commands of go that run nothing of a project and fetch from the module proxy only. */
const COMMANDS: readonly (readonly string[])[] = [
  ['mod', 'edit'],
  ['mod', 'download'],
  ['mod', 'graph'],
  ['mod', 'vendor'],
  ['mod', 'tidy'],
  ['work', 'vendor'],
  ['work', 'sync'],
  ['list'],
  ['env'],
  ['version'],
  ['clean'],
];

/** Flags that they may get. None of them makes go run, build, or write outside of what it is meant to. */
const FLAGS = /^-(?:deps|e|json|m|modcache)$|^-(?:json|mod|replace)=/;

/**
 * Makes sure that go is told to do only what it may, whatever gets into an argument: throws `GoModError` for another
 * command or flag. Values of flags must stand behind `=`, so that no argument is taken for the value of the one before.
 */
export function checkArguments(args: readonly string[]): void {
  const command = COMMANDS.find((words) => words.every((word, at) => args[at] === word));
  if (command === undefined) throw new GoModError('go is not used for this command here.');
  const refused = args.slice(command.length).find((argument) => argument.startsWith('-') && !FLAGS.test(argument));
  if (refused !== undefined) throw new GoModError(`go ${command.join(' ')} is not used with ${JSON.stringify(refused.slice(0, 100))} here.`);
}

/** How a command is called in messages: its words, without paths and values. */
export function commandName(args: readonly string[]): string {
  const words = args.slice(0, args[0] === 'mod' || args[0] === 'work' ? 2 : 1);
  return ['go', ...words].join(' ');
}
