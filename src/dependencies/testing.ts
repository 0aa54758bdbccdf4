import { createHash } from 'node:crypto';
import { chmod, open } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { type Configuration, ConfigurationModule } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { DownloadModule } from '../download/download.module.js';
import { Retries } from '../download/index.js';
import { ArchiveStore } from '../store/index.js';
import { StoreModule } from '../store/store.module.js';
import type { ArtifactSpec } from './artifact.js';
import { ArtifactArchive } from './artifact-archive.js';
import { ArtifactReferences } from './artifact-references.js';
import { Findings } from './findings.js';
import { KeptDocuments } from './kept-documents.js';
import { UpstreamDocuments } from './upstream-documents.js';

/** Everything is small, so that limits are met. Milliseconds: how long an upstream may be silent. */
function smallConfiguration(timeout: number): Configuration {
  const { outbound } = testConfiguration();
  return testConfiguration({ outbound: { ...outbound, maxArtifactSize: 100_000, concurrency: 8, timeout } });
}

/** An upstream on loopback that answers as a spec says. */
export class TestUpstream {
  /** Path → how often it was asked. */
  readonly calls = new Map<string, number>();
  private readonly server: Server;

  constructor(public answer: (path: string, ...rest: Parameters<RequestListener>) => void) {
    this.server = createServer((request, response) => {
      const path = request.url ?? '';
      this.calls.set(path, (this.calls.get(path) ?? 0) + 1);
      this.answer(path, request, response);
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  get totalCalls(): number {
    return [...this.calls.values()].reduce((sum, calls) => sum + calls, 0);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The archive with a real database, store and HTTP client, whose pauses are short. */
export class TestArchive {
  private constructor(
    readonly database: TestDatabase,
    private readonly configuration: Configuration,
    private readonly module: TestingModule,
  ) {}

  static async open({ timeout = 20_000 } = {}): Promise<TestArchive> {
    const database = await openTestDatabase();
    const configuration = smallConfiguration(timeout);
    return new TestArchive(database, configuration, await compile(database.dataSource, configuration));
  }

  get archive(): ArtifactArchive {
    return this.module.get(ArtifactArchive);
  }

  get documents(): UpstreamDocuments {
    return this.module.get(UpstreamDocuments);
  }

  get keptDocuments(): KeptDocuments {
    return this.module.get(KeptDocuments);
  }

  get findings(): Findings {
    return this.module.get(Findings);
  }

  get references(): ArtifactReferences {
    return this.module.get(ArtifactReferences);
  }

  get store(): ArchiveStore {
    return this.module.get(ArchiveStore);
  }

  /** Another process with the same database and store: nothing else is shared. */
  async otherProcess(): Promise<{ archive: ArtifactArchive; keptDocuments: KeptDocuments; close(): Promise<void> }> {
    const module = await compile(this.database.dataSource, this.configuration);
    return {
      archive: module.get(ArtifactArchive),
      keptDocuments: module.get(KeptDocuments),
      close: () => module.close(),
    };
  }

  async blobs(): Promise<string[]> {
    const blobs: string[] = [];
    for await (const { sha256 } of this.store.list()) blobs.push(sha256);
    return blobs;
  }

  rows(): Promise<{ name: string; upstream: string; sha256: string; digests: object }[]> {
    return this.database.dataSource.query(
      'SELECT "name", "upstream", "sha256", "digests" FROM "artifact" ORDER BY "id"',
    );
  }

  /** Changes the first byte of a blob behind the store's back. */
  async damage(sha256: string): Promise<void> {
    const path = join(this.configuration.directories.sources, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    await chmod(path, 0o600);
    const file = await open(path, 'r+');
    await file.write(Buffer.of(0), 0, 1, 0);
    await file.close();
  }

  async clear(): Promise<void> {
    await this.database.dataSource.query('TRUNCATE "artifact" CASCADE');
    for (const sha256 of await this.blobs()) await this.store.delete(sha256);
  }

  async close(): Promise<void> {
    await this.module.close();
    await this.database.close();
  }
}

async function compile(dataSource: DataSource, configuration: Configuration): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [ConfigurationModule.forRoot(configuration), StoreModule, DownloadModule],
    providers: [
      ArtifactArchive,
      ArtifactReferences,
      Findings,
      KeptDocuments,
      UpstreamDocuments,
      { provide: DataSource, useValue: dataSource },
    ],
  })
    .overrideProvider(Retries)
    .useValue(new Retries({ attempts: 3, firstDelay: 1, maxDelay: 5, maxRetryAfter: 5 }))
    .compile();
  return module.init();
}

export function digest(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}

/** A package whose upstreams are the given addresses. */
export function specOf(upstreams: ArtifactSpec['upstreams'], overrides: Partial<ArtifactSpec> = {}): ArtifactSpec {
  const common = { ecosystem: 'npm', name: 'kite', version: '2.1.3', verifiedBy: 'package-lock.json' };
  return { ...common, upstreams, digests: {}, ...overrides };
}

