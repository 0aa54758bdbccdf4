import { InvalidRequestData } from '../../errors/index.js';
import type { ResolveJob } from '../package-manager.js';
import { sourceFiles } from './metadata/project-files.js';
import { readNameAndVersion } from './metadata/read-name-and-version.js';
import { reportedName } from './names.js';
import { type PythonProject, shownDirectory } from './project.js';
import type { LocalNames } from './report.js';
import type { LocalRequirement } from './requirements/requirement.js';

/** The lines of all packages that name local directories, by directory. */
export function localRequirements(
  projects: readonly PythonProject[],
): Map<string, [LocalRequirement, ...LocalRequirement[]]> {
  const local = new Map<string, [LocalRequirement, ...LocalRequirement[]]>();
  for (const requirement of projects.flatMap(({ runtime, build }) => [...runtime.requirements, ...build.requirements])) {
    if (requirement.kind !== 'local') continue;
    const known = local.get(requirement.path);
    if (known === undefined) local.set(requirement.path, [requirement]);
    else known.push(requirement);
  }
  return local;
}

/**
 * What the packages in local directories are called, for lines that give the path only. Throws `InvalidRequestData` when
 * it cannot be found without running code.
 */
export async function localNames(projects: readonly PythonProject[], job: ResolveJob): Promise<LocalNames> {
  const names = new Map<string, string>();
  for (const [path, requirements] of localRequirements(projects)) {
    const log = (message: string): void => job.log.warn(`Python package at ${shownDirectory(path)}: ${message}`);
    const { name } = await readNameAndVersion(sourceFiles(job.source, path), log, job.signal);
    const nameless = requirements.find((requirement) => requirement.name === '');
    if (name !== undefined) names.set(path, reportedName(name));
    else if (nameless !== undefined) {
      const { file, line } = nameless;
      throw new InvalidRequestData(
        `${file}, line ${line}: the name of the Python package at ${shownDirectory(path)} cannot be found without ` +
          'running code. Write it as plain text into its setup.cfg or pyproject.toml, or behind #egg= on that line.',
      );
    }
  }
  return names;
}
