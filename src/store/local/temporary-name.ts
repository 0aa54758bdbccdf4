import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Where process ids mean what they mean to us: this host and, on Linux, this process namespace, so that containers
 * which share a volume do not judge each other's processes.
 */
const HOST = createHash('sha256').update(`${hostname()} ${processNamespace()}`).digest('hex').slice(0, 12);

const STARTED = new Date(Date.now() - process.uptime() * 1000);

/** A name for an unfinished file that tells whose it is. */
export function temporaryName(): string {
  return `${HOST}-${process.pid}-${randomUUID()}`;
}

/** Whether the process of this host that wrote to the file is gone; false when that cannot be known from here. */
export function isOrphan(name: string, modified: Date): boolean {
  const [host, pid] = name.split('-', 2);
  if (host !== HOST || !/^\d+$/.test(pid)) return false;
  // A number is used again after a while, in a container always: then the file is older than the process.
  return Number(pid) === process.pid ? modified < STARTED : !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
