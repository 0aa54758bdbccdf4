import type { EggInfo } from '../distributions/egg-infos.js';
import { readCoreMetadata } from '../distributions/core-metadata.js';
import type { SdistContents } from '../distributions/read-sdist.js';
import { indexName } from '../names.js';
import { metadataRequirements } from './metadata-requirements.js';
import { projectRequirements } from './project-requirements.js';
import { requiresTxtRequirements } from './requires-txt.js';
import type { StatedRequirement } from './stated-requirement.js';

/**
 * What a source distribution requires, from the first that says it: `PKG-INFO`, the `requires.txt` of setuptools,
 * `pyproject.toml`, `setup.cfg`. Undefined when none does.
 */
export async function sdistRequirements(
  { files, pkgInfo, eggInfos }: SdistContents,
  signal: AbortSignal,
): Promise<StatedRequirement[] | undefined> {
  const eggInfo = pkgInfo && eggInfoOf(pkgInfo, eggInfos);
  return (
    (pkgInfo && (await metadataRequirements(pkgInfo, 'sdist'))) ??
    (eggInfo && (await eggInfoRequirements(eggInfo))) ??
    (await projectRequirements({ read: async (path) => files.get(path) }, signal))
  );
}

/** That of the project itself: others may lie in its tests. */
function eggInfoOf(pkgInfo: Buffer, eggInfos: ReadonlyMap<string, EggInfo>): EggInfo | undefined {
  const [name] = readCoreMetadata(pkgInfo)?.get('name') ?? [];
  if (name === undefined) return undefined;
  return [...eggInfos].find(([folder]) => indexName(folder) === indexName(name))?.[1];
}

/** Setuptools writes no `requires.txt` when there is nothing to be written. */
async function eggInfoRequirements({ requires }: EggInfo): Promise<StatedRequirement[] | undefined> {
  if (requires === 'unreadable') return undefined;
  return requires === undefined ? [] : requiresTxtRequirements(requires);
}
