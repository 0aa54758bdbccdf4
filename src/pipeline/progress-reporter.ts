import { Logger } from '@nestjs/common';
import type { PackageManagerName } from '../config/index.js';
import type { ProgressPort } from '../packages/index.js';
import type { Claim, RequestLog, RequestWork, WorkProgress } from '../requests/index.js';

/** The progress row is written at most this often. */
const INTERVAL = 1000;

/**
 * Shows how far the work on one request is: phases go to the history and the log, numbers to one row that is
 * overwritten at most once a second, however often they change.
 */
export class ProgressReporter {
  private readonly logger = new Logger(ProgressReporter.name);
  private text = '';
  private pending: WorkProgress | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly work: Pick<RequestWork, 'phase' | 'progress'>,
    private readonly claim: Claim,
    private readonly log: Pick<RequestLog, 'log'>,
  ) {}

  /** Begins a phase. Throws `ClaimLost`. */
  async phase(text: string): Promise<void> {
    this.pending = undefined;
    this.text = text;
    this.log.log('info', text);
    await this.work.phase(this.claim, text);
  }

  update(progress: WorkProgress): void {
    if (this.stopped) return;
    this.pending = progress;
    this.timer ??= setTimeout(() => this.tick(), 0);
  }

  /** What a package manager reports to. */
  port(packageManager: PackageManagerName): ProgressPort {
    return {
      phase: (text) => this.phase(text),
      update: (done, total, unit) => this.update({ step: 'packages', packageManager, done, total, unit }),
    };
  }

  /** Ends it: drops what is not written yet and waits for a write that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.pending = undefined;
    await this.writing;
  }

  private tick(): void {
    const progress = this.pending;
    this.timer = progress === undefined ? undefined : setTimeout(() => this.tick(), INTERVAL);
    if (progress === undefined || this.writing !== undefined) return;
    this.pending = undefined;
    this.writing = this.write(progress).finally(() => (this.writing = undefined));
  }

  private async write(progress: WorkProgress): Promise<void> {
    try {
      await this.work.progress(this.claim, progress, `${this.text} (${amount(progress)})`);
    } catch (error) {
      // Progress is for people: the work does not stop for it.
      this.logger.warn(`The progress of request ${this.claim.id} was not written: ${String(error)}`);
    }
  }
}

function amount({ packageManager, done, total, unit }: WorkProgress): string {
  if (unit === 'packages') return `fetched ${done} of ${total} ${packageManager ?? ''} packages`.replace('  ', ' ');
  return total > 0 ? `${mebibytes(done)} of ${mebibytes(total)} MiB` : `${mebibytes(done)} MiB`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
