import type { PythonProject } from './project.js';

/** Lines in the log; the rest is counted. */
const MAX_LINES = 50;

/**
 * Lines for the log about requirements with an environment marker: they are archived and reported whatever it says, since
 * where the build will run is unknown here.
 */
export function markedRequirements(projects: readonly PythonProject[]): string[] {
  const lines = new Set<string>();
  for (const { runtime, build } of projects) {
    for (const { name, marker, file, line } of [...runtime.requirements, ...build.requirements]) {
      if (marker !== undefined) lines.add(`${file}, line ${line}: ${name} is for some environments only: ${marker}`);
    }
  }
  const all = [...lines];
  if (all.length <= MAX_LINES) return all;
  return [...all.slice(0, MAX_LINES), `${all.length - MAX_LINES} more requirements are for some environments only.`];
}
