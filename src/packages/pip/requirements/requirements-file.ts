import { posix } from 'node:path';
import { inTurns } from '../../../concurrency/index.js';
import { ValidationError } from '../../../errors/index.js';
import type { JobLog } from '../../package-manager.js';
import { quote } from '../../quote.js';
import { applyOptions, type FileOptions, type OptionRules } from './global-options.js';
import { checkedPath, insideRepository } from './local-path.js';
import { decodeRequirements, logicalLines, MAX_FILE_SIZE } from './lines.js';
import { invalidLine, type Place } from './place.js';
import type { Requirement } from './requirement.js';
import { type GlobalOption, splitLine } from './split-line.js';
import { parseStatement, type Statement } from './statement.js';

/** Options that are not about one requirement, in a file. */
const MAX_OPTIONS = 1000;

/** A requirements or constraints file, as far as it is needed to write it anew. */
export interface RequirementsFile {
  /** Relative to the root of the repository. */
  path: string;
  items: readonly FileItem[];
  options: FileOptions;
}

export type FileItem = RequirementItem | IncludeItem;

export interface RequirementItem {
  kind: 'requirement';
  statement: Statement;
  /** What it came to; undefined while nobody asked, and where it is ignored. */
  accepted?: Requirement;
}

/** `-r other.txt`, `-c other.txt` */
export interface IncludeItem extends Place {
  kind: 'include';
  as: 'requirements' | 'constraints';
  /** As written. */
  text: string;
  /** Relative to the root of the repository; undefined when it is not followed. */
  path: string | undefined;
}

export interface FileRules extends OptionRules {
  log: Pick<JobLog, 'info' | 'warn'>;
}

/** Reads one file; it is neither asked what can be had nor what included files say. Throws `ValidationError`. */
export async function parseRequirementsFile(
  content: Buffer,
  path: string,
  rules: FileRules,
): Promise<RequirementsFile> {
  if (content.length > MAX_FILE_SIZE)
    throw new ValidationError(`${path} is larger than ${MAX_FILE_SIZE / 1024 / 1024} MiB. Split it.`);
  const items: FileItem[] = [];
  const options: GlobalOption[] = [];
  await inTurns(logicalLines(decodeRequirements(content, path), path), ({ line, text }) => {
    const place = { file: path, line };
    const split = splitLine(text, place);
    const includes = split.globals.filter(isInclude);
    options.push(...split.globals.filter((option) => !isInclude(option)));
    if (options.length > MAX_OPTIONS)
      throw invalidLine(place, `There are more than ${MAX_OPTIONS} options in the file.`);
    if (split.requirement !== '') {
      items.push({ kind: 'requirement', statement: parseStatement(split, place) });
      if (includes.length > 0)
        rules.log.warn(`${path}:${line}: -r and -c are ignored behind a requirement, as by pip.`);
    } else items.push(...readIncludes(includes, place, rules));
  });
  return { path, items, options: applyOptions(path, options, rules) };
}

function isInclude({ name }: GlobalOption): boolean {
  return name === '--requirement' || name === '--constraint';
}

function readIncludes(options: readonly GlobalOption[], place: Place, { strictCompat, log }: FileRules): IncludeItem[] {
  if (options.length > 1 && !strictCompat)
    throw invalidLine(place, 'pip reads only one of several -r and -c in a line. Write each in a line of its own.');
  return options.map(({ name, value, text }) => {
    const item = { kind: 'include', as: name === '--constraint' ? 'constraints' : 'requirements', text } as const;
    if (!strictCompat) return { ...item, ...place, path: includedPath(value, text, place) };
    log.warn(`${place.file}:${place.line}: ${name} is ignored: the file that it names is not read.`);
    return { ...item, ...place, path: undefined };
  });
}

/** pip takes the path as relative to the file in which it stands. */
function includedPath(value: string, text: string, place: Place): string {
  if (/^-[rc]=/.test(text))
    throw invalidLine(place, `pip takes the "=" for a part of the path. Write ${text.slice(0, 2)} ${quote(value)}.`);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value))
    throw invalidLine(
      place,
      'Files at other places cannot be included. Put the file into the repository and name its path.',
    );
  return insideRepository(posix.dirname(place.file), checkedPath(value, place), place);
}
