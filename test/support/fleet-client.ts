import { setTimeout as wait } from 'node:timers/promises';
import type { RequestView, Service } from './service.js';

/** Pause before a call is made again. */
const PAUSE = 500;

/**
 * A patient client, as a build system is one: a call that gets no answer, or one of the kind 5xx, is made again, a POST
 * under the same idempotency key. Whatever goes on in the fleet, it sees its requests go to their ends.
 */
export class FleetClient {
  /** Calls that had to be made again. */
  repeated = 0;

  constructor(
    private readonly service: Service,
    /** Ends all waiting. */
    private readonly signal: AbortSignal,
  ) {}

  /** Makes a request; returns its id. */
  async create(body: unknown, key: string): Promise<number> {
    const response = await this.patiently(() => this.service.post(body, { 'Idempotency-Key': key }), itself);
    if (!response.ok) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as RequestView).id;
  }

  /** Waits for a final state. */
  async finish(id: number): Promise<RequestView> {
    for (;;) {
      const view = await this.show(id, '?wait=20');
      if (view.state !== 'in_progress') return view;
    }
  }

  async show(id: number, query = ''): Promise<RequestView> {
    const response = await this.patiently(() => this.service.fetch(`/api/v1/requests/${id}${query}`), itself);
    if (!response.ok) throw new Error(`GET answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as RequestView;
  }

  /** Its bundle. A server that fails in the middle cuts the answer off, which is asked for again, too. */
  async download(id: number): Promise<Buffer> {
    const { response, bytes } = await this.patiently(() => this.service.download(id), (answer) => answer.response);
    if (response.status !== 200) throw new Error(`The download answered ${response.status}: ${bytes.toString()}`);
    return bytes;
  }

  private async patiently<Answer>(call: () => Promise<Answer>, responseOf: (answer: Answer) => Response): Promise<Answer> {
    for (;;) {
      this.signal.throwIfAborted();
      const answer = await call().catch(() => undefined);
      if (answer !== undefined && responseOf(answer).status < 500) return answer;
      this.repeated++;
      await wait(PAUSE, undefined, { signal: this.signal });
    }
  }
}

const itself = (response: Response): Response => response;
