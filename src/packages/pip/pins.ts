import type { Archived } from './archive/archived.js';
import { indexName } from './names.js';
import { parseBuildRequirement } from './requirements/build-requirement.js';
import { satisfies } from './versions.js';

/** What the index of the request serves. */
export interface Pins {
  /**
   * Whether a requirement (PEP 508) can be had from it, or is needed by nobody: its marker is for other systems than
   * Linux, or for Pythons of long ago. Which of today's Pythons the build will use is unknown here.
   */
  satisfy(requirement: string): boolean;
}

interface Release {
  version: string;
  yanked: boolean;
}

export function pinsOf({ releases }: Pick<Archived, 'releases'>): Pins {
  const pins = new Map<string, Release[]>();
  for (const { file } of [...releases.values()].flat()) {
    const name = indexName(file.name);
    const known = pins.get(name) ?? [];
    known.push({ version: file.version, yanked: file.yanked !== undefined });
    pins.set(name, known);
  }
  const answers = new Map<string, boolean>();
  return {
    satisfy(requirement) {
      // Most need the same.
      const answer = answers.get(requirement) ?? isSatisfied(requirement, pins);
      answers.set(requirement, answer);
      return answer;
    },
  };
}

function isSatisfied(text: string, pins: ReadonlyMap<string, readonly Release[]>): boolean {
  const requirement = parseBuildRequirement(text);
  if (requirement === undefined) return false;
  if (!requirement.canHold) return true;
  const { name, specifier } = requirement;
  // PEP 592: pip takes a yanked release only where exactly that one is asked for.
  const isPinned = /^===?[^,*]+$/.test(specifier);
  return (pins.get(indexName(name)) ?? []).some(
    ({ version, yanked }) => (!yanked || isPinned) && (specifier === '' || satisfies(version, specifier)),
  );
}
