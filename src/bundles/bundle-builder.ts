import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { GeneratedFile, PlacedArtifact, SourceEdit } from '../packages/index.js';
import type { SourceSegment } from '../source/index.js';
import { ArchiveStore } from '../store/index.js';
import { BundleFiles } from './bundle-files.js';
import { BundleEntity } from './entities/bundle.entity.js';
import { assemble } from './recipe/assemble.js';
import { planArtifacts, planEnd } from './recipe/plan-artifacts.js';
import { planTree } from './recipe/plan-tree.js';
import { type RecipePiece, serialiseRecipe } from './recipe/recipe.js';

/** What goes into a bundle. */
export interface BundleSpec {
  /** The source, in the order of the tree. */
  segments: AsyncIterable<SourceSegment>;
  /** The `.git` directory, only for requests that ask for it. */
  gitDirectory?: AsyncIterable<SourceSegment>;
  edits?: readonly SourceEdit[];
  /** Paths of the source that are left out, for example unsafe links. */
  drop?: ReadonlySet<string>;
  artifacts?: readonly PlacedArtifact[];
  /** Files that were written here; they lie among the artifacts. */
  generated?: readonly GeneratedFile[];
  /** Of the commit, seconds since 1970: the time of every entry. */
  commitTime: number;
  signal?: AbortSignal;
}

export interface BuiltBundle {
  /** SHA-256 of the recipe: the bundle's key. */
  recipeSha256: string;
  /** SHA-256 and bytes of the bundle itself. */
  sha256: string;
  size: number;
}

/**
 * Puts bundles together: `app/` with the source, `deps/` with the artifacts, one reproducible tar.gz.
 * First a recipe is written that names every piece; the same recipe means the same bundle, so nothing is built twice.
 */
@Injectable()
export class BundleBuilder {
  constructor(
    @InjectRepository(BundleEntity) private readonly bundles: Repository<BundleEntity>,
    private readonly archive: ArchiveStore,
    private readonly files: BundleFiles,
  ) {}

  /**
   * Returns the bundle, built or found. Safe to run twice, also at once.
   * Throws `ValidationError` (paths that exclude each other), `FileAccessError` (a blob is damaged, a file of an edit is gone, disk full), the
   * signal's reason.
   */
  async build(spec: BundleSpec): Promise<BuiltBundle> {
    const { signal } = spec;
    const recipe = await this.archive.put(serialiseRecipe(this.plan(spec)), { signal });
    const known = await this.bundles.findOneBy({ recipeSha256: recipe.sha256 });
    if (known !== null) {
      await this.files.ensure(known, signal);
      return { recipeSha256: known.recipeSha256, sha256: known.sha256, size: known.size };
    }
    const blob = await this.files.assemble(recipe.sha256, { signal });
    const built = { recipeSha256: recipe.sha256, sha256: blob.sha256, size: blob.size };
    // Another worker may have built the same meanwhile, with the same outcome.
    await this.bundles.createQueryBuilder().insert().values(built).orIgnore().execute();
    return built;
  }

  /** A source alone, as the bytes of a tar.gz. Nothing is kept. Throws as `build` does. */
  async *packSource(spec: Pick<BundleSpec, 'segments' | 'gitDirectory' | 'commitTime' | 'signal'>): AsyncGenerator<Uint8Array> {
    const { segments, gitDirectory, commitTime: modified, signal } = spec;
    const tree = { segments, gitDirectory, edits: [], drop: new Set<string>(), modified };
    const archive = this.archive;
    async function* pieces(): AsyncGenerator<RecipePiece> {
      yield* planTree(tree, archive, signal);
      yield* planEnd(archive, signal);
    }
    for await (const chunk of assemble(pieces(), archive, signal)) {
      signal?.throwIfAborted();
      yield chunk;
    }
  }

  private async *plan(spec: BundleSpec): AsyncGenerator<RecipePiece> {
    const { segments, gitDirectory, edits = [], drop = new Set<string>(), commitTime: modified, signal } = spec;
    const { artifacts = [], generated = [] } = spec;
    yield* planTree({ segments, gitDirectory, edits, drop, modified }, this.archive, signal);
    yield* planArtifacts([...artifacts, ...generated], modified, this.archive, signal);
  }
}
