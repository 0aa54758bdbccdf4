import { checkEntryPath, comparePaths, END_OF_TAR, padding, tarHeader } from '../../archive/index.js';
import { inTurns, takingTurns } from '../../concurrency/index.js';
import { ValidationError } from '../../errors/index.js';
import type { GeneratedFile, PlacedArtifact } from '../../packages/index.js';
import type { BlobStore } from '../../store/index.js';
import { deflateTexts } from './deflate-texts.js';
import type { RecipePiece } from './recipe.js';
import { type TextPiece, TextRun } from './text-run.js';
import { writeFile } from './write-file.js';

/** Where archived artifacts lie in a bundle; the directory is there even if it is empty. */
const ROOT = 'deps';

/** An archived file, or one that was written here. */
export type PlacedFile = PlacedArtifact | GeneratedFile;

/**
 * The pieces of `deps/` and the end of the archive: every artifact straight from the store, with its header before it;
 * generated files as text. `modified`: seconds since 1970, the time of every entry.
 */
export function planArtifacts(
  files: readonly PlacedFile[],
  modified: number,
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<RecipePiece> {
  return deflateTexts(pieces(files, modified), store, signal);
}

/** The end of an archive that has no artifacts. */
export function planEnd(store: BlobStore, signal?: AbortSignal): AsyncGenerator<RecipePiece> {
  return deflateTexts(end(), store, signal);
}

async function* end(): AsyncGenerator<TextPiece> {
  const run = new TextRun();
  run.push(END_OF_TAR);
  yield* run.flush();
}

async function* pieces(files: readonly PlacedFile[], modified: number): AsyncGenerator<RecipePiece | TextPiece> {
  const run = new TextRun();
  run.push(tarHeader({ path: ROOT, type: 'directory', size: 0, modified }));
  for await (const placed of takingTurns(await sorted(files))) {
    const file = { path: `${ROOT}/${placed.path}`, type: 'file' as const, modified };
    if ('content' in placed) {
      yield* writeFile(run, file, placed.content);
      continue;
    }
    const { sha256, size } = placed.artifact;
    run.push(tarHeader({ ...file, size }));
    if (size > 0) {
      yield* run.flush();
      yield { kind: 'stored', sha256, size };
      run.push(padding(size));
    } else if (run.full) {
      yield* run.flush();
    }
  }
  run.push(END_OF_TAR);
  yield* run.flush();
}

/**
 * In the order of the archive, each once. Throws `ValidationError` when a path leaves `deps/`, or two files want the
 * same place or one below the other.
 */
async function sorted(files: readonly PlacedFile[]): Promise<PlacedFile[]> {
  const byPath = new Map<string, PlacedFile>();
  await inTurns(files, (placed) => {
    checkEntryPath(placed.path);
    const other = byPath.get(placed.path);
    if (other !== undefined && !areEqual(other, placed)) throw clash(placed.path);
    byPath.set(placed.path, placed);
  });
  await inTurns(byPath.keys(), (path) => {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      if (byPath.has(path.slice(0, at))) throw clash(path.slice(0, at));
    }
  });
  return [...byPath.values()].sort((left, right) => comparePaths(left.path, right.path));
}

function areEqual(left: PlacedFile, right: PlacedFile): boolean {
  if ('content' in left) return 'content' in right && left.content.equals(right.content);
  return 'artifact' in right && left.artifact.sha256 === right.artifact.sha256;
}

function clash(path: string): ValidationError {
  return new ValidationError(
    `Two different dependencies would lie at ${JSON.stringify(`${ROOT}/${path}`)} in the bundle`,
  );
}
