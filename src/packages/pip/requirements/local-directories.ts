import type { SourceTree } from '../../../source/index.js';
import { quote } from '../../quote.js';
import { invalidLine } from './place.js';
import type { LocalRequirement, Requirement } from './requirement.js';

/**
 * Throws `ValidationError` unless every local requirement names a directory of the source. Trees list files, so that a
 * directory is what has something below it; one pass finds all.
 */
export async function checkDirectories(
  source: Pick<SourceTree, 'list'>,
  requirements: readonly Requirement[],
): Promise<void> {
  const local = requirements.filter((each): each is LocalRequirement => each.kind === 'local' && each.path !== '.');
  const missing = new Map(local.map((each) => [each.path, each]));
  if (missing.size === 0) return;
  for await (const { path, type } of source.list()) {
    if (type === 'directory') missing.delete(path);
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      missing.delete(path.slice(0, slash));
    if (missing.size === 0) return;
  }
  for (const requirement of missing.values())
    throw invalidLine(
      requirement,
      `${quote(requirement.path)} is not a directory of the repository. Name one with a pyproject.toml or setup.py; ` +
        'archives and links cannot be used.',
    );
}
