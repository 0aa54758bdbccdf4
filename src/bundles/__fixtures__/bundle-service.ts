import { EventEmitter2 } from '@nestjs/event-emitter';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { startRoomApplication } from '../../../test/support/room-application.js';
import { REQUEST_STATE_CHANGED, REQUEST_STATES, type RequestStateName } from '../../requests/index.js';
import { ArchiveStore, BundleStore } from '../../store/index.js';
import { BundleBuilder, BundleReferences, type BuiltBundle, RequestBundles } from '../index.js';
import type { BundleSpec } from '../bundle-builder.js';
import { BundlesModule } from '../bundles.module.js';
import { archiveTree, COMMIT_TIME, each, placeArtifacts, type Tree } from './trees.js';

/** This room as a real application on a free port, with a database and stores of its own. */
export class BundleService {
  private constructor(
    readonly app: NestExpressApplication,
    readonly origin: string,
    readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<BundleService> {
    const { app, origin, close } = await startRoomApplication([BundlesModule]);
    return new BundleService(app, origin, close);
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }
  get builder(): BundleBuilder {
    return this.app.get(BundleBuilder);
  }
  get requestBundles(): RequestBundles {
    return this.app.get(RequestBundles);
  }
  get references(): BundleReferences {
    return this.app.get(BundleReferences);
  }
  get archive(): ArchiveStore {
    return this.app.get(ArchiveStore);
  }
  get bundles(): BundleStore {
    return this.app.get(BundleStore);
  }

  /** Stores a source and artifacts and builds their bundle. */
  async build(
    tree: Tree,
    artifacts: Record<string, Buffer> = {},
    written: Pick<BundleSpec, 'edits' | 'generated'> = {},
  ): Promise<BuiltBundle> {
    const segments = await archiveTree(this.archive, tree);
    const placed = await placeArtifacts(this.archive, artifacts);
    return this.builder.build({ segments: each(segments), artifacts: placed, commitTime: COMMIT_TIME, ...written });
  }

  /** A request in a state, with the bundle if there is one. Returns its id. */
  async request(state: RequestStateName, bundle?: BuiltBundle): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const rows: { id: number }[] = await manager.query(
        `INSERT INTO "request" ("repo", "repo_name", "ref", "state") VALUES ('https://git.example/a', 'a', $1, $2) RETURNING "id"`,
        ['a'.repeat(40), REQUEST_STATES[state]],
      );
      const id = rows[0]?.id ?? 0;
      if (bundle !== undefined) await this.requestBundles.link(manager, id, bundle.recipeSha256);
      return id;
    });
  }

  /** What the state machine does to the row and tells the process. */
  async makeStale(id: number): Promise<void> {
    await this.dataSource.query('UPDATE "request" SET "state" = $2 WHERE "id" = $1', [id, REQUEST_STATES.stale]);
    const event = { id, from: 'complete', to: 'stale', reason: 'The request has expired' };
    await this.app.get(EventEmitter2).emitAsync(REQUEST_STATE_CHANGED, event);
  }

  download(id: number | string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}/api/v1/requests/${id}/download`, init);
  }
}
