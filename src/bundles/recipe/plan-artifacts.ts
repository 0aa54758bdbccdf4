import { checkEntryPath, comparePaths, END_OF_TAR, padding, tarHeader } from '../../archive/index.js';
import { takingTurns } from '../../concurrency/index.js';
import { ValidationError } from '../../errors/index.js';
import type { PlacedArtifact } from '../../packages/index.js';
import type { BlobStore } from '../../store/index.js';
import type { RecipePiece } from './recipe.js';
import { TextRun } from './text-run.js';

/** Where archived artifacts lie in a bundle; the directory is there even if it is empty. */
const ROOT = 'deps';

/**
 * The pieces of `deps/` and the end of the archive: every artifact straight from the store, with its header before it.
 */
export async function* planArtifacts(
  artifacts: readonly PlacedArtifact[],
  modified: number,
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<RecipePiece> {
  const run = new TextRun((content) => store.put(content, { signal }));
  run.push(tarHeader({ path: ROOT, type: 'directory', size: 0, modified }));
  for await (const { path, artifact } of takingTurns(sorted(artifacts))) {
    run.push(tarHeader({ path: `${ROOT}/${path}`, type: 'file', size: artifact.size, modified }));
    if (artifact.size > 0) {
      yield* run.flush();
      yield { kind: 'stored', sha256: artifact.sha256, size: artifact.size };
      run.push(padding(artifact.size));
    } else if (run.full) {
      yield* run.flush();
    }
  }
  run.push(END_OF_TAR);
  yield* run.flush();
}

/**
 * In the order of the archive, each once. Throws `ValidationError` when a path leaves `deps/`, or two artifacts want
 * the same place or one below the other.
 */
function sorted(artifacts: readonly PlacedArtifact[]): PlacedArtifact[] {
  const byPath = new Map<string, PlacedArtifact>();
  for (const placed of artifacts) {
    checkEntryPath(placed.path);
    const other = byPath.get(placed.path);
    if (other !== undefined && other.artifact.sha256 !== placed.artifact.sha256) throw clash(placed.path);
    byPath.set(placed.path, placed);
  }
  for (const path of byPath.keys()) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      if (byPath.has(path.slice(0, at))) throw clash(path.slice(0, at));
    }
  }
  return [...byPath.values()].sort((left, right) => comparePaths(left.path, right.path));
}

function clash(path: string): ValidationError {
  return new ValidationError(
    `Two different dependencies would lie at ${JSON.stringify(`${ROOT}/${path}`)} in the bundle`,
  );
}
