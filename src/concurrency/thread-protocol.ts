/** What a thread is sent, one piece of work at a time. */
export interface ThreadWork {
  /** Address of the compiled module. */
  module: string;
  exportName: string;
  argument: unknown;
}

/** What it sends back. */
export type ThreadAnswer = { result: unknown } | { failure: { errorName: string; message: string } };
