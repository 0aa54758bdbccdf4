import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { Artifact, ArtifactSpec } from '../../../dependencies/index.js';
import { NetworkError } from '../../../errors/index.js';
import type { ArtifactPort } from '../../package-manager.js';
import { isAbsence, isOutage, isOwnFault } from './failures.js';
import { fileKey, type ModuleFile } from './module-file.js';

/** What came of a file: archived; `undefined` = nobody has it; `failure` = it is not what it should be. */
type Outcome = { artifact: Artifact | undefined } | { failure: unknown };

/** Files that are waited for at a time when they are archived one by one: fetched, written or recorded. */
const ONE_BY_ONE = 50;

/** So many files that nobody has, or that are wrong, are not named by what is well looked after. */
const MAX_FAULTS = 100;

/**
 * Archives the files of modules for one request, and remembers what came of each: one that is wrong or that nobody has
 * is not asked for again.
 */
export class ModuleArchive {
  private readonly outcomes = new Map<string, Outcome>();
  /** Whether an upstream has not answered in spite of all attempts. */
  private outage = false;

  constructor(
    private readonly artifacts: Pick<ArtifactPort, 'getAll'>,
    private readonly specOf: (file: ModuleFile) => ArtifactSpec,
    private readonly tries: number,
  ) {}

  /** The archived file; undefined when nobody has it. Throws as `ArtifactPort.get` does. */
  async get(file: ModuleFile, signal: AbortSignal): Promise<Artifact | undefined> {
    const key = fileKey(file);
    const outcome = this.outcomes.get(key) ?? (await this.fetch(file, signal));
    this.outcomes.set(key, outcome);
    if ('failure' in outcome) throw outcome.failure;
    return outcome.artifact;
  }

  /**
   * Archives many files side by side, before anybody asks for them. What is wrong with one of them is nobody's business
   * yet, and is told to whoever asks for it. Returns why it gave up before the end: an upstream does not answer, the
   * request forbids to ask it, or too much is wrong; undefined if it did not. `onArchived` hears how many are done with.
   */
  async getAll(
    files: readonly ModuleFile[],
    signal: AbortSignal,
    onArchived: (count: number) => void,
  ): Promise<unknown> {
    try {
      const artifacts = await this.artifacts.getAll(files.map(this.specOf), { signal, tries: this.tries, onArchived });
      files.forEach((file, at) => this.outcomes.set(fileKey(file), { artifact: artifacts[at] }));
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (isOutage(error)) return error;
      if (!isOwnFault(error)) throw error;
    }
    return this.getEach(files, signal, onArchived);
  }

  /** The first failure has aborted the others. What they have archived till then is found by a look. */
  private async getEach(
    files: readonly ModuleFile[],
    signal: AbortSignal,
    onArchived: (count: number) => void,
  ): Promise<unknown> {
    const limit = pLimit(ONE_BY_ONE);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    // Each of the files listens to it.
    setMaxListeners(0, either);
    let [count, faults] = [0, 0];
    const one = async (file: ModuleFile): Promise<void> => {
      either.throwIfAborted();
      const artifact = await this.get(file, either).catch((error: unknown) => {
        if (isOutage(error)) stop.abort(error);
        if (!isOwnFault(error)) throw error;
      });
      if (artifact === undefined && (faults += 1) > MAX_FAULTS) stop.abort(tooManyFaults());
      onArchived((count += 1));
    };
    const results = await Promise.allSettled(files.map((file) => limit(one, file)));
    signal.throwIfAborted();
    if (stop.signal.aborted) return stop.signal.reason;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return undefined;
  }

  private async fetch(file: ModuleFile, signal: AbortSignal): Promise<Outcome> {
    // Who has waited for an upstream in vain does not wait as long for each of many files.
    const tries = this.outage ? 1 : this.tries;
    try {
      const [artifact] = await this.artifacts.getAll([this.specOf(file)], { signal, tries });
      return { artifact };
    } catch (error) {
      signal.throwIfAborted();
      if (isAbsence(error)) return { artifact: undefined };
      if (isOwnFault(error)) return { failure: error };
      this.outage ||= error instanceof NetworkError;
      throw error;
    }
  }
}

function tooManyFaults(): NetworkError {
  return new NetworkError(`More than ${MAX_FAULTS} of the files that are named do not exist, or are other ones.`);
}
