import { Logger } from '@nestjs/common';
import { type Claim, ClaimLost, LEASE, type RequestWork } from '../requests/index.js';

/**
 * Keeps a claim alive while the work goes on, and says when it was lost: taken over, cancelled, or not renewed in time
 * because the database did not answer.
 */
export class HeartBeat {
  private readonly logger = new Logger(HeartBeat.name);
  private readonly timer: NodeJS.Timeout;
  private lastRenewed = performance.now();
  private beating: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly work: RequestWork,
    private readonly claim: Claim,
    private readonly onLost: (reason: ClaimLost) => void,
  ) {
    this.timer = setInterval(() => this.beat(), LEASE.heartBeat);
  }

  /** Renews now rather than at the next beat: there may be news about the request. */
  beat(): void {
    if (!this.stopped) this.beating ??= this.renew().finally(() => (this.beating = undefined));
  }

  /** Ends it, and waits for a beat that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.beating;
  }

  private async renew(): Promise<void> {
    const began = performance.now();
    try {
      if (await this.work.renew(this.claim)) this.lastRenewed = began;
      else if (!this.stopped) this.onLost(new ClaimLost(this.claim.id));
    } catch (error) {
      this.logger.warn(`The claim on request ${this.claim.id} could not be renewed: ${String(error)}`);
      if (performance.now() - this.lastRenewed > LEASE.duration) this.onLost(new ClaimLost(this.claim.id));
    }
  }
}
