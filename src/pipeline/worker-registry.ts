import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PackageManagerName } from '../config/index.js';

/** What a worker is good for; workers of earlier versions do not tell. */
export interface WorkerAbilities {
  packageManagers: readonly PackageManagerName[];
  /** Of the program it runs. */
  version: string;
}

/** A worker process as its heart-beats show it. */
export interface WorkerStatus extends Partial<WorkerAbilities> {
  name: string;
  /** Whether it was heard of within the last 20 seconds. */
  ok: boolean;
  /** Since its last heart-beat. */
  silentSeconds: number;
  concurrency: number;
  running: number;
}

/** How often a worker tells that it is there. */
export const WORKER_HEART_BEAT = 5_000;
const SILENT_AFTER_SECONDS = 20;
const FORGOTTEN_AFTER_SECONDS = 600;

/** The worker processes of the whole fleet. */
@Injectable()
export class WorkerRegistry {
  constructor(private readonly dataSource: DataSource) {}

  /** Tells that a worker is alive. */
  async beat(name: string, concurrency: number, running: number, abilities?: WorkerAbilities): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO "worker" ("name", "concurrency", "running", "package_managers", "version")
       VALUES ($1, $2, $3, $4::text[], $5)
       ON CONFLICT ("name") DO UPDATE SET "seen" = now(), "concurrency" = excluded."concurrency",
         "running" = excluded."running", "package_managers" = excluded."package_managers",
         "version" = excluded."version"`,
      [name, concurrency, running, abilities?.packageManagers ?? null, abilities?.version ?? null],
    );
  }

  /** Tells that a worker has stopped. */
  async leave(name: string): Promise<void> {
    await this.dataSource.query(`DELETE FROM "worker" WHERE "name" = $1`, [name]);
  }

  /** All workers that were heard of lately, by name. */
  async list(): Promise<WorkerStatus[]> {
    const rows: WorkerRow[] = await this.dataSource.query(
      `SELECT "name", "concurrency", "running", "package_managers", "version",
         extract(epoch FROM now() - "seen")::float8 AS "silent"
       FROM "worker" ORDER BY "name"`,
    );
    return rows.map(({ name, concurrency, running, package_managers, version, silent }) => ({
      name,
      ok: silent <= SILENT_AFTER_SECONDS,
      silentSeconds: Math.round(silent),
      concurrency,
      running,
      packageManagers: package_managers ?? undefined,
      version: version ?? undefined,
    }));
  }

  /** Removes workers that have been silent for so long that they will not come back. */
  async forgetDead(): Promise<void> {
    await this.dataSource.query(`DELETE FROM "worker" WHERE "seen" < now() - $1 * interval '1 second'`, [
      FORGOTTEN_AFTER_SECONDS,
    ]);
  }
}

interface WorkerRow {
  name: string;
  concurrency: number;
  running: number;
  package_managers: PackageManagerName[] | null;
  version: string | null;
  silent: number;
}
