import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../../concurrency/index.js';

const POLL = 50;
const HEARTBEAT = 5000;
/** A lock that nobody has renewed for so long is dead, whoever held it. */
const LIFETIME = 60_000;

interface Holder {
  pid: number;
  /** When that process began, in clock ticks: a process id may be used again. Empty where the system does not tell. */
  begun: string;
  /** Process ids mean something only within one of these. */
  namespace: string;
  token: string;
}

/** Those who wait in this process, by file: they queue up here, and only one at a time looks at the file. */
const queues = new Map<string, Promise<void>>();

/**
 * Runs `work` while no other process of this host (that shares the directory) runs work under the same lock file. A
 * lock whose process has died is taken over at once; one from another container, after a minute without a sign of life.
 */
export async function withHostLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve();
  let leave = (): void => undefined;
  const mine = new Promise<void>((resolve) => (leave = resolve));
  const tail = before.then(() => mine);
  queues.set(file, tail);
  try {
    await untilAborted(before, signal);
    return await withLockFile(file, signal, work);
  } finally {
    leave();
    if (queues.get(file) === tail) queues.delete(file);
  }
}

async function withLockFile<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  while (!(await tryCreate(file, token))) {
    signal.throwIfAborted();
    if (await removeStale(file)) continue;
    await sleep(POLL * (0.5 + Math.random()), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  const heartbeat = setInterval(() => void renew(file), HEARTBEAT);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await read(file))?.token === token) await rm(file, { force: true });
  }
}

async function tryCreate(file: string, token: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    const holder: Holder = { pid: process.pid, begun: processStart(process.pid), namespace: namespace(), token };
    await handle.writeFile(JSON.stringify(holder)).finally(() => handle.close());
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a lock whose holder has died. True when the lock may be free now. */
async function removeStale(file: string): Promise<boolean> {
  const seen = await read(file);
  if (seen === undefined || !(await isStale(file, seen))) return false;
  const guard = `${file}.takeover`;
  const guardHandle = await open(guard, 'wx', 0o600).catch(() => undefined);
  if (guardHandle === undefined) {
    await removeOld(guard);
    return false;
  }
  try {
    // Only one at a time gets here, and only the dead holder or a taker-over removes the file: what is read now stays.
    const now = await read(file);
    if (now === undefined || now.token !== seen.token) return false;
    await rm(file, { force: true });
    return true;
  } finally {
    await guardHandle.close();
    await rm(guard, { force: true });
  }
}

async function isStale(file: string, holder: Holder): Promise<boolean> {
  if (holder.namespace === namespace() && holder.pid > 0) {
    const begun = processStart(holder.pid);
    if (begun !== '' || holder.begun !== '') return begun !== holder.begun;
    if (!isAlive(holder.pid)) return true;
  }
  return (await age(file)) > LIFETIME;
}

/** Undefined when the file is gone; a half-written one belongs to nobody until it is old. */
async function read(file: string): Promise<Holder | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    return parse(text);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, begun: '', namespace: '', token: text };
  }
}

async function removeOld(file: string): Promise<void> {
  if ((await age(file)) > LIFETIME) await rm(file, { force: true });
}

/** Milliseconds since the last sign of life; 0 when the file is gone. */
async function age(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

async function renew(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. Empty without such a process. */
function processStart(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function namespace(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return process.platform;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
