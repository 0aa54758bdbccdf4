import { InvalidRequestData } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import { sourceFiles } from './metadata/project-files.js';
import { readNameAndVersion } from './metadata/read-name-and-version.js';
import { reportedName } from './names.js';
import { type PythonProject, shownDirectory } from './project.js';
import type { LocalNames } from './report.js';
import type { LocalRequirement } from './requirements/requirement.js';

/** Local directories of all packages, each once. */
export function localRequirements(projects: readonly PythonProject[]): LocalRequirement[] {
  const all = projects.flatMap(({ runtime, build }) => [...runtime.requirements, ...build.requirements]);
  const local = all.filter((requirement) => requirement.kind === 'local');
  return [...new Map(local.map((requirement) => [requirement.path, requirement])).values()];
}

/**
 * What the packages in local directories are called, for lines that give the path only. Throws `InvalidRequestData` when
 * it cannot be found without running code.
 */
export async function localNames(projects: readonly PythonProject[], job: ResolveJob): Promise<LocalNames> {
  const names = new Map<string, string>();
  for (const { path, file, line } of localRequirements(projects)) {
    const log = (message: string): void => job.log.warn(`Python package at ${shownDirectory(path)}: ${message}`);
    const { name } = await readNameAndVersion(sourceFiles(job.source, path), log, job.signal);
    if (name !== undefined) names.set(path, reportedName(name));
    else if (isNameNeeded(projects, path)) {
      throw new InvalidRequestData(
        `${file}, line ${line}: the name of the Python package at ${shownDirectory(path)} cannot be found without ` +
          'running code. Write it as plain text into its setup.cfg or pyproject.toml, or behind #egg= on that line.',
      );
    }
  }
  return names;
}

function isNameNeeded(projects: readonly PythonProject[], path: string): boolean {
  return projects.some(({ runtime, build }) =>
    [...runtime.requirements, ...build.requirements].some(
      (requirement) => requirement.kind === 'local' && requirement.path === path && requirement.name === '',
    ),
  );
}
