import { buffer } from 'node:stream/consumers';
import type { ArtifactPort } from '../../package-manager.js';

export type ArchivePort = Pick<ArtifactPort, 'getMade' | 'open'>;

/** Thrown to find out whether something is archived, without archiving it. */
class NotArchived extends Error {}

/**
 * Verified documents of a checksum database, kept for ever among the artifacts under the address that they have at the
 * first base.
 */
export class DocumentArchive {
  constructor(
    private readonly artifacts: ArchivePort,
    private readonly base: string,
    private readonly name: string,
  ) {}

  /** A document by its path in the database; undefined when it is not archived. */
  async find(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      return await this.get(path, () => Promise.reject(new NotArchived()), signal);
    } catch (error) {
      if (error instanceof NotArchived) return undefined;
      throw error;
    }
  }

  /** Archives a document, unless one is there. */
  async keep(path: string, content: Buffer, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.get(path, async () => content, signal);
        return;
      } catch (error) {
        // The answer of somebody who looked for it at the same time, which those who ask for one thing share.
        if (!(error instanceof NotArchived)) throw error;
      }
    }
  }

  private async get(path: string, content: () => Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
    const spec = {
      ecosystem: 'gomod',
      upstream: `${this.base}${path}`,
      verifiedBy: 'checksum database',
      make: async () => ({ name: this.name, version: path, content: only(await content()) }),
    };
    return buffer(await this.artifacts.open(await this.artifacts.getMade(spec, signal)));
  }
}

async function* only(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content;
}
