/** What a thread is started with. */
export interface ThreadWork {
  /** Address of the compiled module. */
  module: string;
  exportName: string;
  argument: unknown;
}

/** The one message that a thread sends. */
export type ThreadAnswer = { result: unknown } | { failure: { errorName: string; message: string } };
