import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { DataSource } from 'typeorm';
import { SingleFlight } from '../../../concurrency/index.js';
import { FileAccessError } from '../../../errors/index.js';
import { ArchiveStore } from '../../../store/index.js';
import { binDirectory, binOfDirectory } from './bin.js';
import { listFiles, readPackage } from './read-package.js';
import { type ManifestFields, parsePackageJson, reduceManifest } from './reduce.js';

/** What a registry tells of a tarball. */
export interface NpmManifest {
  fields: ManifestFields;
  /** Hexadecimal. */
  sha1: string;
  sha512: string;
}

/** Counted up when what is kept of a tarball changes: what was kept before is made anew. */
const FORMAT = 1;
/** Tarballs that are read at a time. */
const CONCURRENCY = 4;

type KeptManifest = NpmManifest & { format: number };

/** Manifests of archived tarballs: read out of the tarball when one is first asked for, then kept. */
@Injectable()
export class NpmManifests {
  private readonly flights = new SingleFlight<NpmManifest>();
  private readonly limit = pLimit(CONCURRENCY);

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: ArchiveStore,
  ) {}

  /**
   * The manifest of each tarball, by its SHA-256. Throws `FileAccessError` when one is lost or damaged in the store,
   * and the signal's reason.
   */
  async of(tarballs: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, NpmManifest>> {
    const manifests = await this.kept(tarballs);
    const missing = [...new Set(tarballs)].filter((sha256) => !manifests.has(sha256));
    const read = missing.map(async (sha256) => {
      manifests.set(sha256, await this.flights.run(sha256, signal, (shared) => this.make(sha256, shared)));
    });
    await Promise.all(read);
    return manifests;
  }

  private async kept(tarballs: readonly string[]): Promise<Map<string, NpmManifest>> {
    const rows: { sha256: string; manifest: KeptManifest }[] = await this.dataSource.query(
      `SELECT "sha256", "manifest" FROM "npm_manifest" WHERE "sha256" = ANY($1::char(64)[])`,
      [tarballs],
    );
    return new Map(rows.filter(({ manifest }) => manifest.format === FORMAT).map((row) => [row.sha256, row.manifest]));
  }

  private make(sha256: string, signal: AbortSignal): Promise<NpmManifest> {
    return this.limit(async () => {
      signal.throwIfAborted();
      if (!(await this.store.verify(sha256, signal))) {
        throw new FileAccessError(`The archived package ${sha256} is lost or damaged. Tell the administrators.`);
      }
      const manifest = { fields: await this.readFields(sha256, signal), ...(await this.digest(sha256, signal)) };
      await this.keep(sha256, manifest);
      return manifest;
    });
  }

  private async readFields(sha256: string, signal: AbortSignal): Promise<ManifestFields> {
    const { packageJson, ...facts } = await readPackage(await this.store.read(sha256), signal);
    const parsed = parsePackageJson(packageJson);
    const directory = binDirectory(parsed);
    const directoryBin =
      directory === undefined
        ? undefined
        : binOfDirectory(directory, await listFiles(await this.store.read(sha256), directory, signal));
    return reduceManifest(parsed, { ...facts, directoryBin });
  }

  private async digest(sha256: string, signal: AbortSignal): Promise<{ sha1: string; sha512: string }> {
    const sha1 = createHash('sha1');
    const sha512 = createHash('sha512');
    await this.store.copy(sha256, async (piece) => {
      signal.throwIfAborted();
      sha1.update(piece);
      sha512.update(piece);
    });
    return { sha1: sha1.digest('hex'), sha512: sha512.digest('hex') };
  }

  private async keep(sha256: string, manifest: NpmManifest): Promise<void> {
    const kept: KeptManifest = { format: FORMAT, ...manifest };
    await this.dataSource.query(
      `INSERT INTO "npm_manifest" ("sha256", "manifest") VALUES ($1, $2)
       ON CONFLICT ("sha256") DO UPDATE SET "manifest" = excluded."manifest"`,
      [sha256, JSON.stringify(kept)],
    );
  }
}
