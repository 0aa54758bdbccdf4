import type { INestApplicationContext } from '@nestjs/common';
import type { TransferReport } from '../../database/index.js';
import { DatabaseError } from '../../errors/index.js';
import { WorkerRegistry } from '../worker-registry.js';
import { formatBytes } from './command.js';

/** Throws `DatabaseError` when a worker of this database was heard of lately: what it writes later would be lost. */
export async function refuseLiveWorkers(app: INestApplicationContext): Promise<void> {
  const live = (await app.get(WorkerRegistry, { strict: false }).list()).filter(({ ok }) => ok);
  if (live.length === 0) return;
  const names = live.map(({ name, silentSeconds }) => `${name}, ${silentSeconds} s ago`).join('; ');
  throw new DatabaseError(
    `Workers have given signs of life (${names}). Stop all processes of Cachito first; after a kill, try again in 20 seconds.`,
  );
}

/** One line per table, with its digest, and more for large ones. */
export function tellProgress(print: (line: string) => void): TransferReport {
  return {
    onProgress: (table, bytes) => print(`${table}: ${formatBytes(bytes)} so far`),
    onTable: (table, { rows, digest }) => print(`${table.padEnd(30)} ${String(rows).padStart(12)} rows  ${digest.slice(0, 16)}`),
  };
}

/** What is worth knowing at the end. */
export const COMPARED = 'Every table was read again and has the same rows. Requests that were in progress go on when a worker starts.';
