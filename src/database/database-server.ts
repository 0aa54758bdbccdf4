/** The PostgreSQL server that the process works with: somebody else's by its address, or the embedded one. */
export abstract class DatabaseServer {
  /** @param url with credentials: never to be logged */
  constructor(readonly url: string) {}

  /** Called last at shutdown, when no connection is needed any more. */
  abstract stop(): Promise<void>;

  /**
   * Called when all it held has been moved to another server. One that is ours refuses to start from then on: two
   * installations on the same blobs would each free those of the other.
   */
  abstract retire(): Promise<void>;
}

/** A server that the operator runs. */
export class ExternalServer extends DatabaseServer {
  override stop(): Promise<void> {
    return Promise.resolve();
  }

  /** Who uses it is for the operator to say. */
  override retire(): Promise<void> {
    return Promise.resolve();
  }
}
