import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isFinal, stateName } from '../request-state.js';
import { RequestNews } from './request-news.js';

/** Waits for requests to reach a final state, without asking the database again and again. */
@Injectable()
export class RequestWait implements OnModuleDestroy {
  private readonly closing = new AbortController();

  constructor(
    private readonly dataSource: DataSource,
    private readonly news: RequestNews,
  ) {}

  /**
   * Returns when the request is in a final state or does not exist, when `milliseconds` are over, when `signal` fires
   * (the caller has gone), or when the service stops.
   */
  async untilFinal(id: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    const over = AbortSignal.any([signal, this.closing.signal]);
    let wake = (): void => undefined;
    let woken = false;
    let timeIsUp = false;
    const timer = setTimeout(() => {
      timeIsUp = true;
      wake();
    }, milliseconds);
    const onNews = (): void => {
      woken = true;
      wake();
    };
    const onEnd = (): void => wake();
    over.addEventListener('abort', onEnd);
    // Listens first and reads then, so that no change falls between.
    const unlisten = this.news.listen(id, (kind) => (kind === 'state' || kind === 'missed' ? onNews() : undefined));
    try {
      while (!over.aborted && !(await this.isFinal(id)) && !timeIsUp) {
        if (!woken && !over.aborted) await new Promise<void>((resolve) => (wake = resolve));
        woken = false;
      }
    } finally {
      unlisten();
      clearTimeout(timer);
      over.removeEventListener('abort', onEnd);
    }
  }

  onModuleDestroy(): void {
    this.closing.abort();
  }

  private async isFinal(id: number): Promise<boolean> {
    const rows: { state: number }[] = await this.dataSource.query(`SELECT "state" FROM "request" WHERE "id" = $1`, [
      id,
    ]);
    const row = rows[0];
    return row === undefined || isFinal(stateName(row.state));
  }
}
