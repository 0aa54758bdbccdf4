import { untilAborted } from './until-aborted.js';

/** Lets everybody who wants the same thing at the same time share one piece of work. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, { result: Promise<T>; abort: AbortController; waiting: number }>();

  /**
   * The result of `work`, begun now or shared with those who asked before. Whose `signal` fires leaves with its reason;
   * when the last one has left, the signal of `work` fires.
   */
  async run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.flights.get(key) ?? this.begin(key, work);
    flight.waiting++;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting--;
      if (flight.waiting === 0) {
        // Whoever comes now must not join a flight that is being aborted.
        if (this.flights.get(key) === flight) this.flights.delete(key);
        flight.abort.abort(signal.reason);
      }
    }
  }

  private begin(key: string, work: (signal: AbortSignal) => Promise<T>) {
    const abort = new AbortController();
    const flight = { result: work(abort.signal), abort, waiting: 0 };
    this.flights.set(key, flight);
    // Nobody joins what has ended. (Everybody may have left before it fails: the failure is no unhandled one.)
    const land = (): void => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    flight.result.then(land, land);
    return flight;
  }
}
