import { indexName } from '../names.js';
import type { ReleaseQuery } from '../package-index/chosen-file.js';
import type { PythonProject } from '../project.js';
import type { IndexRequirement, UrlRequirement, VcsRequirement } from '../requirements/requirement.js';

/** A release to archive, once for all that ask for the same. */
export interface ReleaseNeed {
  query: ReleaseQuery;
  requirements: IndexRequirement[];
  /** Whether nobody minds if it cannot be had: only constraints files name it. */
  optional: boolean;
}

/** An archive that is from no package index. */
export interface ExternalNeed<Kind extends UrlRequirement | VcsRequirement> {
  /** The first of those that mean the same. */
  requirement: Kind;
  requirements: Kind[];
  optional: boolean;
}

/** Everything to archive for a request, each thing once. */
export interface Needs {
  releases: ReleaseNeed[];
  urls: ExternalNeed<UrlRequirement>[];
  commits: ExternalNeed<VcsRequirement>[];
}

export function needsOf(projects: readonly PythonProject[]): Needs {
  const releases = new Map<string, ReleaseNeed>();
  const urls = new Map<string, ExternalNeed<UrlRequirement>>();
  const commits = new Map<string, ExternalNeed<VcsRequirement>>();
  for (const { runtime, build, wheels } of projects) {
    for (const requirement of [...runtime.requirements, ...build.requirements]) {
      switch (requirement.kind) {
        case 'index':
          addRelease(releases, requirement, wheels);
          break;
        case 'url':
          addExternal(urls, JSON.stringify([requirement.name, requirement.fetchUrl, requirement.hash]), requirement);
          break;
        case 'vcs':
          addExternal(commits, JSON.stringify([sameRepository(requirement), requirement.commit, requirement.hashes]), requirement);
          break;
        case 'local':
          break;
      }
    }
  }
  return { releases: [...releases.values()], urls: [...urls.values()], commits: [...commits.values()] };
}

function addRelease(
  needs: Map<string, ReleaseNeed>,
  requirement: IndexRequirement,
  wheels: ReleaseQuery['wheels'],
): void {
  const { name, version, hashes, constraintOnly } = requirement;
  const key = JSON.stringify([indexName(name), version, hashes, wheels ?? null]);
  const need = needs.get(key) ?? { query: { name, version, hashes, wheels }, requirements: [], optional: true };
  need.requirements.push(requirement);
  need.optional &&= constraintOnly;
  needs.set(key, need);
}

function addExternal<Kind extends UrlRequirement | VcsRequirement>(
  needs: Map<string, ExternalNeed<Kind>>,
  key: string,
  requirement: Kind,
): void {
  const need = needs.get(key) ?? { requirement, requirements: [], optional: true };
  need.requirements.push(requirement);
  need.optional &&= requirement.constraintOnly;
  needs.set(key, need);
}

/** Some write `eel.git`, some `eel`: archives of both would differ in what they say of their origin, but lie in one place. */
function sameRepository({ fetchUrl }: VcsRequirement): string {
  return new URL(fetchUrl).href.replace(/(?:\.git)?\/{0,64}$/, '');
}
