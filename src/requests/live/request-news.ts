import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Notifications } from '../../database/index.js';
import { REQUEST_CHANNEL, type RequestNotification } from '../notifications.js';

export type NewsKind = RequestNotification['kind'] | 'missed';
type Listener = (kind: NewsKind) => void;

/**
 * Tells who waits for a request that there is news, from whichever process. One subscription for all, made with the
 * first one who waits. `missed`: something may have happened unheard, so read the rows again.
 */
@Injectable()
export class RequestNews implements OnModuleDestroy {
  private readonly listeners = new Map<number, Set<Listener>>();
  private unsubscribe: (() => void) | undefined;

  constructor(private readonly notifications: Notifications) {}

  /** Calls `listener` at news of a request; returns how to end that. */
  listen(id: number, listener: Listener): () => void {
    this.unsubscribe ??= this.notifications.subscribe(
      REQUEST_CHANNEL,
      ({ id: about, kind }) => {
        if (typeof about === 'number' && isKind(kind)) this.tell(about, kind);
      },
      () => [...this.listeners.keys()].forEach((each) => this.tell(each, 'missed')),
    );
    const present = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, present.add(listener));
    return () => {
      present.delete(listener);
      if (present.size === 0 && this.listeners.get(id) === present) this.listeners.delete(id);
    };
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  private tell(id: number, kind: NewsKind): void {
    for (const listener of [...(this.listeners.get(id) ?? [])]) listener(kind);
  }
}

function isKind(kind: unknown): kind is RequestNotification['kind'] {
  return kind === 'state' || kind === 'progress';
}
