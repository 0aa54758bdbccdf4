import { readFile } from 'node:fs/promises';

/** The most memory that a process has had so far, with all its threads and without its children. Megabytes. */
export async function peakMemory(pid: number | 'self'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round((Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024) / 1e6);
}
