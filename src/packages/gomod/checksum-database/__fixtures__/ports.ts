import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { InvalidRequestData, NetworkError } from '../../../../errors/index.js';
import type { Artifact, MadeArtifactSpec } from '../../../../dependencies/index.js';
import type { DocumentPort } from '../../../package-manager.js';
import type { ArchivePort } from '../document-archive.js';

/** An archive in memory. */
export class TestArchive implements ArchivePort {
  readonly documents = new Map<string, { spec: MadeArtifactSpec; name: string; version: string; content: Buffer }>();

  async getMade(spec: MadeArtifactSpec, signal: AbortSignal): Promise<Artifact> {
    await setImmediate();
    if (!this.documents.has(spec.upstream)) {
      const { name, version, content } = await spec.make(signal);
      this.documents.set(spec.upstream, { spec, name, version, content: await buffer(content) });
    }
    return { upstream: spec.upstream } as Artifact;
  }

  async open({ upstream }: Artifact): Promise<Readable> {
    return Readable.from([this.documents.get(upstream)?.content ?? Buffer.alloc(0)]);
  }

  /** Paths below a base, sorted. */
  paths(base: string): string[] {
    return [...this.documents.keys()].map((url) => url.slice(base.length)).sort();
  }
}

/** Answers of servers by their addresses, as `RequestDocuments` gives them. */
export class TestDocuments implements DocumentPort {
  readonly asked: string[] = [];
  offline = false;

  constructor(public answer: (url: string) => Buffer | undefined | Promise<Buffer | undefined>) {}

  async fetch(url: string, { maxSize }: { maxSize: number }): Promise<Buffer | undefined> {
    if (this.offline) throw new InvalidRequestData(`${url} is needed, and the request forbids to fetch anything.`);
    this.asked.push(url);
    await setImmediate();
    const answer = await this.answer(url);
    if (answer !== undefined && answer.length > maxSize) throw new NetworkError(`${url} is too large`);
    return answer;
  }
}
