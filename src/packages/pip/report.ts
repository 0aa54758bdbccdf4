import { posix } from 'node:path';
import type { Component, ResolvedDependency, ResolvedPackage } from '../package-manager.js';
import type { Archived } from './archive/archived.js';
import { reportedName } from './names.js';
import type { PythonProject } from './project.js';
import type { Requirement, UrlRequirement } from './requirements/requirement.js';

/** Names of the local packages that requirements name by their paths only, by path. */
export type LocalNames = ReadonlyMap<string, string>;

/**
 * A package with its dependencies, first those of runtime: each name and version once, and once more if it is needed
 * both to run and to build. `unknown`: the keys of components of which nothing says what they require.
 */
export function resolvedPackage(
  project: PythonProject,
  archived: Archived,
  names: LocalNames,
  unknown: ReadonlySet<string>,
): ResolvedPackage {
  const { name, version, directory, runtime, build } = project;
  const dependencies = new Map<string, ResolvedDependency>();
  for (const [requirements, dev] of [
    [runtime.requirements, false],
    [build.requirements, true],
  ] as const) {
    for (const requirement of requirements) {
      const dependency = reported(requirement, directory, archived, names);
      if (dependency === undefined) continue;
      const component = componentKey(dependency);
      const key = `${component} ${dev}`;
      if (dependencies.has(key)) continue;
      const requirements = unknown.has(component) ? { requirementsUnknown: true as const } : {};
      dependencies.set(key, { ...dependency, dev, replaces: null, ...requirements });
    }
  }
  return { type: 'pip', name, version, path: directory, dependencies: [...dependencies.values()] };
}

/** The same for the same name and version. */
export function componentKey({ name, version }: Pick<Component, 'name' | 'version'>): string {
  return JSON.stringify([name, version]);
}

/** As it is reported; whether it is for development is for others to say. */
export type Reported = Pick<ResolvedDependency, 'type' | 'name' | 'artifact'> & { version: string };

/** What a requirement of the package in `directory` comes to: nothing if it could not be had, else one dependency. */
export function reported(
  requirement: Requirement,
  directory: string,
  archived: Archived,
  names: LocalNames,
): Reported | undefined {
  switch (requirement.kind) {
    case 'index': {
      const files = archived.releases.get(requirement) ?? [];
      // A release is one dependency, whatever files of it there are; the source distribution stands for it.
      const first = files.find(({ file }) => file.kind === 'sdist') ?? files[0];
      if (first === undefined) return undefined;
      const { file, artifact } = first;
      return { type: 'pip', name: file.name, version: file.version, artifact };
    }
    case 'vcs': {
      const artifact = archived.commits.get(requirement);
      if (artifact === undefined) return undefined;
      const version = `git+${requirement.url}@${requirement.commit}`;
      return { type: 'pip', name: reportedName(requirement.name), version, artifact };
    }
    case 'url': {
      const artifact = archived.urls.get(requirement);
      if (artifact === undefined) return undefined;
      return { type: 'pip', name: reportedName(requirement.name), version: urlWithHash(requirement), artifact };
    }
    case 'local': {
      const name = requirement.name === '' ? names.get(requirement.path) : reportedName(requirement.name);
      return name === undefined ? undefined : { type: 'pip', name, version: localVersion(directory, requirement.path) };
    }
  }
}

/** The address with its hash in the fragment, in the form that manifests read. */
function urlWithHash({ url, hash, fragment }: UrlRequirement): string {
  if (fragment.some(({ key }) => key === 'cachito_hash')) return url;
  const joint = !url.includes('#') ? '#' : url.endsWith('#') ? '' : '&';
  return `${url}${joint}cachito_hash=${hash.algorithm}:${hash.digest}`;
}

/** `.`, `./lib` or `../lib`: from the package to the directory. */
function localVersion(directory: string, path: string): string {
  const relative = posix.relative(directory, path);
  if (relative === '') return '.';
  return relative.startsWith('../') || relative === '..' ? relative : `./${relative}`;
}
