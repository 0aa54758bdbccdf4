import { Injectable, Logger } from '@nestjs/common';
import { FileAccessError, InvalidChecksum } from '../errors/index.js';
import { ArchiveStore, type Blob, BundleStore } from '../store/index.js';
import type { BuiltBundle } from './bundle-builder.js';
import { assemble } from './recipe/assemble.js';
import { parseRecipe } from './recipe/recipe.js';

/** The files of bundles: puts them together from their recipes, and again when one is lost or damaged. */
@Injectable()
export class BundleFiles {
  private readonly logger = new Logger(BundleFiles.name);
  private readonly rebuilding = new Map<string, Promise<void>>();

  constructor(
    private readonly archive: ArchiveStore,
    private readonly bundles: BundleStore,
  ) {}

  /** Assembles the bundle of a recipe, hashing while writing. Throws `FileAccessError`, `InvalidChecksum`. */
  async assemble(recipeSha256: string, options: { expectedSha256?: string; signal?: AbortSignal }): Promise<Blob> {
    const pieces = parseRecipe(await this.archive.read(recipeSha256));
    return this.bundles.put(assemble(pieces, this.archive, options.signal), options);
  }

  /**
   * Makes sure that the bundle lies there with the recorded bytes, and renews its time. The check reads the file once
   * while it is unchanged. A lost or damaged one is built again, single flight; a caller that goes
   * away does not stop that. Throws `FileAccessError` when that is impossible.
   */
  async ensure(bundle: BuiltBundle, signal?: AbortSignal): Promise<void> {
    const good = await this.bundles.verify(bundle.sha256, signal);
    if (good && (await this.renew(bundle))) return;
    await (this.rebuilding.get(bundle.recipeSha256) ?? this.rebuild(bundle));
  }

  /** Whether it is still there. One on a read-only disk is served as it is: should it be collected, it is built again. */
  private renew({ sha256 }: BuiltBundle): Promise<boolean> {
    return this.bundles.touch(sha256).catch((error: unknown) => {
      if (!(error instanceof FileAccessError)) throw error;
      this.logger.warn(`The time of the bundle ${sha256} cannot be renewed: ${error.message}`);
      return true;
    });
  }

  private rebuild(bundle: BuiltBundle): Promise<void> {
    this.logger.warn(`The bundle ${bundle.sha256} is missing or damaged; building it again from its recipe`);
    const running = this.assemble(bundle.recipeSha256, { expectedSha256: bundle.sha256 })
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!(error instanceof InvalidChecksum)) throw error;
        throw new FileAccessError('A bundle cannot be built again: its parts have changed', { cause: error });
      })
      .finally(() => this.rebuilding.delete(bundle.recipeSha256));
    this.rebuilding.set(bundle.recipeSha256, running);
    return running;
  }
}
