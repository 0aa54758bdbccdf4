import { setTimeout as wait } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import type { SeededRandom } from './fleet-random.js';
import type { Service } from './service.js';

/** What happens to a fleet besides its work. It remembers what it did. */
export class FleetChaos {
  /** Workers that were killed. */
  kills = 0;
  /** Starts of workers that failed, for want of a database or of space, and were tried again. */
  failedStarts = 0;
  /** Ends of workers that nobody had killed: the end of their logs. */
  readonly deaths: string[] = [];
  /** What workers had logged when they were killed. */
  private readonly lastWords: string[] = [];
  private readonly down = new Map<Service, Promise<void>>();
  private ended = false;
  private killing: Promise<void> | undefined;

  constructor(
    private readonly fleet: Fleet,
    private readonly random: SeededRandom,
  ) {}

  /**
   * Kills a worker every few seconds, at random, and starts it again at once. Nobody is killed while only one runs: where
   * starts take longer than that, on a slow machine, some request would meet too many deaths and be given up.
   */
  begin(): void {
    this.killing = this.killWorkers();
  }

  /** Resolves when no more is killed and all workers run again. */
  async end(): Promise<void> {
    this.ended = true;
    await this.killing;
    await Promise.all(this.down.values());
  }

  /** PostgreSQL stops in an orderly way, cutting all connections, and comes back. */
  async restartDatabase(): Promise<void> {
    await this.fleet.database.stop();
    await wait(this.random.between(1_000, 4_000));
    await this.fleet.database.startAgain();
  }

  /** PostgreSQL is killed, and recovers. */
  async killDatabase(): Promise<void> {
    await this.fleet.database.kill();
    await wait(this.random.between(0, 3_000));
    await this.fleet.database.startAgain();
  }

  async flushRedis(): Promise<void> {
    await this.fleet.redis?.command('FLUSHALL');
  }

  /** Redis ends and comes back with nothing. */
  async restartRedis(): Promise<void> {
    await this.fleet.redis?.kill();
    await wait(this.random.between(1_000, 4_000));
    await this.fleet.redis?.start();
  }

  /** The disk of everything has no byte left for some seconds. */
  async fillDisk(): Promise<void> {
    const { disk } = this.fleet;
    if (disk === undefined) return;
    try {
      for (const end = Date.now() + this.random.between(6_000, 12_000); Date.now() < end; await wait(50)) await disk.fill();
    } finally {
      await disk.free();
    }
  }

  /** The S3 server answers 503 for some seconds, longer than clients try again by themselves. */
  async disturbS3(): Promise<void> {
    const { s3 } = this.fleet;
    if (s3 === undefined) return;
    s3.outOfOrder = true;
    await wait(this.random.between(10_000, 20_000));
    s3.outOfOrder = false;
  }

  /** What workers, dead and alive, have told about requests that failed. */
  failures(): string[] {
    const logs = [...this.lastWords, ...this.fleet.workers.map(({ log }) => log)];
    return logs.flatMap((log) => log.split('\n').filter((line) => /Request \d+ failed/.test(line)));
  }

  private async killWorkers(): Promise<void> {
    while (!this.ended) {
      await wait(this.random.between(3_000, 8_000));
      const running = this.fleet.workers.filter((worker) => !this.down.has(worker));
      if (running.length < 2) continue;
      const victim = this.random.one(running);
      if (!isAlive(victim.pid)) this.deaths.push(victim.log.slice(-4_000));
      await victim.kill('SIGKILL');
      this.lastWords.push(victim.log);
      this.kills++;
      this.down.set(victim, this.startAgain(victim));
    }
  }

  private async startAgain(worker: Service): Promise<void> {
    for (;;) {
      try {
        await worker.restart();
        this.down.delete(worker);
        return;
      } catch {
        // As whatever keeps containers alive does.
        this.failedStarts++;
        await worker.kill('SIGKILL');
        await wait(1_000);
      }
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
