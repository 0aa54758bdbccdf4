/** One operation that several callers wait for. */
interface Flight<T> {
  result: Promise<T>;
  controller: AbortController;
  callers: Set<FlightOptions>;
}

export interface FlightOptions {
  signal: AbortSignal;
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
}

/**
 * Runs equal operations of this process once: whoever comes while one is under way shares its result and its log lines.
 * A caller may leave by its signal; the operation is cancelled when the last one has left.
 */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  async run(key: string, options: FlightOptions, work: (shared: FlightOptions) => Promise<T>): Promise<T> {
    options.signal.throwIfAborted();
    const flight = this.flights.get(key) ?? this.start(key, work);
    flight.callers.add(options);
    let onAbort = (): void => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(options.signal.reason as Error);
    });
    options.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([flight.result, left]);
    } finally {
      options.signal.removeEventListener('abort', onAbort);
      this.leave(key, flight, options);
    }
  }

  private start(key: string, work: (shared: FlightOptions) => Promise<T>): Flight<T> {
    const callers = new Set<FlightOptions>();
    const controller = new AbortController();
    const log: FlightOptions['log'] = (level, message) => {
      for (const caller of callers) caller.log(level, message);
    };
    // Begun a moment later, so that the first caller hears the first line.
    const result = Promise.resolve().then(() => work({ signal: controller.signal, log }));
    const flight = { result, controller, callers };
    this.flights.set(key, flight);
    const end = (): void => this.remove(key, flight);
    result.then(end, end);
    return flight;
  }

  private leave(key: string, flight: Flight<T>, options: FlightOptions): void {
    flight.callers.delete(options);
    if (flight.callers.size > 0) return;
    // Whoever comes now must not join an operation that is being cancelled.
    this.remove(key, flight);
    flight.controller.abort(options.signal.aborted ? options.signal.reason : undefined);
  }

  private remove(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
