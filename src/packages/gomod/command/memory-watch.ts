import { readdir, readFile } from 'node:fs/promises';

/** Milliseconds between two looks. */
const INTERVAL = 250;
/** A look that takes long (many processes on the host) is followed by a pause that is so many times as long. */
const PAUSE = 20;

/**
 * Looks regularly how much memory a process group takes, and calls `onTooMuch` once when it is more than `limit` bytes.
 * Only where there is `/proc` (Linux); elsewhere go's own limit, `GOMEMLIMIT`, has to do.
 */
export class MemoryWatch {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly group: number | undefined,
    private readonly limit: number,
    private readonly onTooMuch: () => void,
  ) {
    if (process.platform === 'linux' && group !== undefined) this.lookIn(INTERVAL);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private lookIn(delay: number): void {
    this.timer = setTimeout(() => void this.look(), delay);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    const begun = performance.now();
    const memory = await memoryOfGroup(this.group ?? 0);
    if (this.stopped) return;
    if (memory > this.limit) return this.onTooMuch();
    this.lookIn(Math.max(INTERVAL, PAUSE * (performance.now() - begun)));
  }
}

/** Resident memory of all processes of a group, in bytes; what several of them share counts for each. */
export async function memoryOfGroup(group: number): Promise<number> {
  let sum = 0;
  for (const process of await readdir('/proc').catch(() => [])) {
    if (/^\d+$/.test(process) && (await groupOf(process)) === group) sum += await memoryOf(process);
  }
  return sum;
}

/** proc_pid_stat(5): `<pid> (<command>) <state> <parent> <group> …`; the command may hold anything. */
async function groupOf(process: string): Promise<number | undefined> {
  const stat = await readFile(`/proc/${process}/stat`, 'latin1').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 1).split(' ', 4);
  return fields.length < 4 ? undefined : Number(fields[3]);
}

/** proc_pid_status(5): `VmRSS:     1234 kB`. */
async function memoryOf(process: string): Promise<number> {
  const status = await readFile(`/proc/${process}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
