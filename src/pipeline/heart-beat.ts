import { Logger } from '@nestjs/common';
import { type Claim, ClaimLost, LEASE, type RequestWork } from '../requests/index.js';

/**
 * Milliseconds after which work is given up whose claim could not be renewed. Longer than the lease: while the database
 * is away (a restart, a failover) nobody else can take the request over, and when it is back it says whether somebody
 * has; until then, work that is another's by now does no harm, since all writes ask for the attempt.
 */
const GIVE_UP_AFTER = 120_000;

/**
 * Keeps a claim alive while the work goes on, and says when it was lost: taken over, cancelled, or the database has not
 * answered for so long that there is little hope.
 */
export class HeartBeat {
  private readonly logger = new Logger(HeartBeat.name);
  private readonly timer: NodeJS.Timeout;
  private lastRenewed = performance.now();
  private beating: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly work: Pick<RequestWork, 'renew'>,
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
      if (performance.now() - this.lastRenewed > GIVE_UP_AFTER) this.onLost(new ClaimLost(this.claim.id));
    }
  }
}
