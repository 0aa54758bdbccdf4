import { inTurns } from '../../../concurrency/index.js';
import type { SourceTree } from '../../../source/index.js';
import type { JobLog } from '../../package-manager.js';
import type { AcceptanceRules } from './accept.js';
import { FileLibrary } from './file-library.js';
import { checkDirectories } from './local-directories.js';
import type { Requirement } from './requirement.js';
import type { RequirementsFile } from './requirements-file.js';
import { isTaken, type ResolvedSet, resolveSet, subjectKey } from './resolve-set.js';

export interface RequirementsRules extends AcceptanceRules {
  /** Whether what older installations refused or ignored is: local paths, `-r`, `-c`, `--index-url`. */
  strictCompat: boolean;
  /** Addresses of indexes that `--index-url` may name: those that are asked anyway. */
  indexUrls: readonly string[];
  log: JobLog;
}

export interface RequirementsSet {
  /** In file order, each line once; those of constraints files last. */
  requirements: Requirement[];
  /** Each once, included ones too. */
  files: RequirementsFile[];
}

/**
 * Reads requirements files, given by their paths relative to the root of the repository, with all that they include.
 * Throws `FileAccessError` for a missing one, `ValidationError` that names the line for what cannot be read or had.
 */
export async function readRequirements(
  source: Pick<SourceTree, 'read' | 'list'>,
  files: readonly string[],
  rules: RequirementsRules,
): Promise<RequirementsSet> {
  const library = new FileLibrary(source, rules);
  const sets: ResolvedSet[] = [];
  for (const file of files) sets.push(await resolveSet(await library.collect(file), rules, rules.log));
  const requirements = await together(sets);
  await checkDirectories(source, requirements);
  return { requirements, files: library.files };
}

/** A file may be in several sets, and be a requirements file in one and a constraints file in another. */
async function together(sets: readonly ResolvedSet[]): Promise<Requirement[]> {
  const named = onceEach(sets.flatMap(({ requirements }) => requirements));
  const constraints = onceEach(sets.flatMap(({ unused }) => unused));
  if (constraints.length === 0) return named;
  const taken = new Set<string>();
  await inTurns(named, (requirement) => void taken.add(subjectKey(requirement)));
  await inTurns(constraints, (constraint) => {
    if (isTaken(constraint, taken)) return;
    constraint.constraintOnly = true;
    named.push(constraint);
  });
  return named;
}

/** One line may come to several releases, by constraints for several environments. */
function onceEach(requirements: readonly Requirement[]): Requirement[] {
  const byLine = new Map<string, Requirement>();
  for (const requirement of requirements) {
    const what = requirement.kind === 'index' ? requirement.version : requirement.kind;
    const key = `${requirement.line} ${what} ${requirement.file}`;
    if (!byLine.has(key)) byLine.set(key, requirement);
  }
  return [...byLine.values()];
}
