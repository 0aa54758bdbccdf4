import { createHash } from 'node:crypto';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { startRoomApplication } from '../../test/support/room-application.js';
import type { PackageManagerName } from '../config/index.js';
import type { ConfigurationOverrides } from '../config/testing.js';
import { DependenciesModule } from '../dependencies/dependencies.module.js';
import type { Artifact } from '../dependencies/index.js';
import { Metrics } from '../observability/index.js';
import type { RegistryEntry } from '../packages/index.js';
import { REQUEST_STATE_CHANGED, REQUEST_STATES, type RequestStateName } from '../requests/index.js';
import { ArchiveStore } from '../store/index.js';
import { type RegistryAccess, RequestRegistries } from './index.js';
import { RegistriesModule } from './registries.module.js';

/** A file to archive; what is not given is made up. */
export interface ArchivedFile {
  name: string;
  version: string;
  bytes: Buffer;
  ecosystem?: 'npm' | 'gomod' | 'pip';
  upstream?: string;
  digests?: Record<string, string>;
  /** `2026-03-01 12:30:00` */
  published?: string;
}

/** This room as a real application on a free port, with a database and stores of its own. */
export class RegistryService {
  private constructor(
    readonly app: NestExpressApplication,
    /** `http://127.0.0.1:<port>` */
    readonly origin: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(overrides: ConfigurationOverrides = {}): Promise<RegistryService> {
    const modules = [DependenciesModule, RegistriesModule];
    const { app, origin, close } = await startRoomApplication(modules, overrides);
    return new RegistryService(app, origin, close);
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }
  get archive(): ArchiveStore {
    return this.app.get(ArchiveStore, { strict: false });
  }
  get registries(): RequestRegistries {
    return this.app.get(RequestRegistries);
  }

  /** Archives a file and returns it as an entry of a registry. */
  async entry(file: ArchivedFile): Promise<RegistryEntry> {
    const { name, version } = file;
    return { name, version, artifact: await this.artifact(file) };
  }

  /** A request in a state, `complete` unless said otherwise; its id. */
  async request(state: RequestStateName = 'complete'): Promise<number> {
    const [{ id }]: [{ id: number }] = await this.dataSource.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref", "state")
       VALUES ('https://git.example/a', 'a', $1, $2) RETURNING "id"`,
      ['a'.repeat(40), REQUEST_STATES[state]],
    );
    return id;
  }

  /** Seals a registry with these entries, of a new complete request unless its id is given. */
  async seal(
    entries: readonly RegistryEntry[],
    { id, packageManager = 'npm' }: { id?: number; packageManager?: PackageManagerName } = {},
  ): Promise<RegistryAccess & { id: number }> {
    const requestId = id ?? (await this.request());
    const access = this.registries.issue(requestId, packageManager);
    await this.dataSource.transaction((manager) =>
      this.registries.seal(manager, requestId, packageManager, access, entries),
    );
    return { ...access, id: requestId };
  }

  /** What the state machine does to the row and tells the process. */
  async change(id: number, to: RequestStateName): Promise<void> {
    await this.dataSource.query('UPDATE "request" SET "state" = $2 WHERE "id" = $1', [id, REQUEST_STATES[to]]);
    const event = { id, from: 'complete', to, reason: 'Told to' };
    await this.app.get(EventEmitter2).emitAsync(REQUEST_STATE_CHANGED, event);
  }

  /** Calls a path below a registry with its credentials. */
  call(access: RegistryAccess, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', basic(access.username, access.password));
    return fetch(`${this.origin}/${access.path}${path}`, { ...init, headers });
  }

  /** The value of a counter of this room. */
  async counted(packageManager: string, result: string): Promise<number> {
    const line = `cachito_registry_requests_total{package_manager="${packageManager}",result="${result}"} `;
    const text = await this.app.get(Metrics, { strict: false }).text();
    return Number(
      text
        .split('\n')
        .find((each) => each.startsWith(line))
        ?.slice(line.length) ?? 0,
    );
  }

  private async artifact({ name, version, bytes, digests = {}, published, ...file }: ArchivedFile): Promise<Artifact> {
    const { sha256, size } = await this.archive.put(each(bytes));
    const { ecosystem = 'npm' } = file;
    const { upstream = `https://registry.example/${name}/-/${version}/${sha256}.tgz` } = file;
    const artifact = { ecosystem, name, version, upstream, sha256, digests, size, verifiedBy: 'none' };
    const [{ id }]: [{ id: string }] = await this.dataSource.query(
      `INSERT INTO "artifact"
         ("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by", "published")
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'none', $8)
       ON CONFLICT ON CONSTRAINT "uq_artifact" DO UPDATE SET "size" = excluded."size" RETURNING "id"`,
      [ecosystem, name, version, upstream, sha256, JSON.stringify(digests), size, published ?? null],
    );
    return { ...artifact, id: Number(id) };
  }
}

/** Value of an `Authorization` header. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export function digestOf(algorithm: string, bytes: Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}

async function* each(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
