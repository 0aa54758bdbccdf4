import { appendFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Notifications } from '../../database/index.js';
import { RequestLogs } from '../logs/request-logs.js';
import { REQUEST_CHANNEL } from '../notifications.js';
import { RequestStates } from '../states/request-states.js';
import { startTestService, type TestService } from '../testing.js';

let service: TestService;
let states: RequestStates;
let logs: RequestLogs;

beforeAll(async () => {
  service = await startTestService();
  states = service.app.get(RequestStates, { strict: false });
  logs = service.app.get(RequestLogs, { strict: false });
});
afterAll(() => service.close());

async function create(): Promise<number> {
  const { json } = await service.call('POST', '/requests', { body: { repo: 'https://h.example.org/a', ref: 'a'.repeat(40) } });
  return Object(json).id;
}

interface StreamEvent {
  event: string;
  data: Record<string, unknown>;
}

/** A client of the event stream. */
class Client {
  readonly events: StreamEvent[] = [];
  text = '';
  ended = false;
  readonly done: Promise<void>;
  private wake: () => void = () => undefined;

  private constructor(
    readonly response: Response,
    private readonly controller: AbortController,
  ) {
    this.done = this.readAll();
  }

  static async open(id: number): Promise<Client> {
    const controller = new AbortController();
    const response = await fetch(`${service.origin}/api/v1/requests/${id}/events`, { signal: controller.signal });
    return new Client(response, controller);
  }

  /** Waits until an event of that kind with those data has come. */
  async until(event: string, data: Record<string, unknown>): Promise<void> {
    const fits = (each: StreamEvent): boolean =>
      each.event === event && Object.entries(data).every(([key, value]) => each.data[key] === value);
    while (!this.events.some(fits)) {
      if (this.ended) throw new Error(`The stream ended without ${event} ${JSON.stringify(data)}: ${this.text}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  close(): void {
    this.controller.abort();
  }

  private async readAll(): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of this.response.body ?? []) {
        this.text += Buffer.from(chunk).toString('utf8');
        rest += Buffer.from(chunk).toString('utf8');
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(block);
          if (match) this.events.push({ event: match[1], data: JSON.parse(match[2]) });
        }
        this.wake();
      }
    } catch {
      // The client itself, or the service, has closed the stream.
    }
    this.ended = true;
    this.wake();
  }
}

async function progress(id: number, done: number): Promise<void> {
  await service.dataSource.query(
    `INSERT INTO request_progress VALUES ($1, 'source', 'git-submodule', $2, 100, 'bytes', 'Fetching', clock_timestamp() AT TIME ZONE 'utc')
     ON CONFLICT (request_id) DO UPDATE SET done = excluded.done, updated = excluded.updated`,
    [id, done],
  );
  await service.app.get(Notifications, { strict: false }).publish(REQUEST_CHANNEL, { id, kind: 'progress' });
}

describe('GET /requests/{id}/events', () => {
  it('tells the present state first, then everything until the end', async () => {
    const id = await create();
    await progress(id, 1);
    const log = logs.open(id);
    log.log('info', 'before the client came');
    await log.close();
    const client = await Client.open(id);
    expect(client.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await client.until('progress', { done: 1 });
    await states.change(id, { state: 'in_progress', reason: 'Fetching the source' });
    await client.until('state', { state_reason: 'Fetching the source' });
    await progress(id, 50);
    await client.until('progress', { done: 50 });
    const lines = logs.open(id);
    lines.log('warn', 'a line');
    await lines.close();
    await client.until('log', { message: 'a line' });
    lines.log('error', 'the last line');
    await lines.close();
    await states.change(id, { state: 'failed', reason: 'no' });
    await client.done;
    expect(client.events).toEqual([
      { event: 'state', data: { state: 'in_progress', state_reason: 'The request was initiated', updated: expect.any(String) } },
      { event: 'progress', data: { step: 'source', package_manager: 'git-submodule', done: 1, total: 100, unit: 'bytes' } },
      { event: 'state', data: { state: 'in_progress', state_reason: 'Fetching the source', updated: expect.any(String) } },
      { event: 'progress', data: { step: 'source', package_manager: 'git-submodule', done: 50, total: 100, unit: 'bytes' } },
      { event: 'log', data: { time: expect.any(String), level: 'warn', message: 'a line' } },
      { event: 'log', data: { time: expect.any(String), level: 'error', message: 'the last line' } },
      { event: 'state', data: { state: 'failed', state_reason: 'no', updated: expect.stringMatching(/\.\d{6}$/) } },
    ]);
  });

  it.each(['complete', 'failed', 'stale'] as const)('ends at once for a request that is %s', async (state) => {
    const id = await create();
    await states.change(id, { state, reason: 'x' });
    const client = await Client.open(id);
    await client.done;
    expect(client.events).toEqual([{ event: 'state', data: expect.objectContaining({ state }) }]);
  });

  it('serves many clients, who come and go', async () => {
    const id = await create();
    const clients = await Promise.all(Array.from({ length: 60 }, () => Client.open(id)));
    await Promise.all(clients.map((client) => client.until('state', { state: 'in_progress' })));
    clients.slice(0, 20).forEach((client) => client.close());
    await states.change(id, { state: 'in_progress', reason: 'phase' });
    const late = await Client.open(id);
    await Promise.all(clients.slice(20).map((client) => client.until('state', { state_reason: 'phase' })));
    clients.slice(20, 40).forEach((client) => client.close());
    await states.change(id, { state: 'complete', reason: 'done' });
    for (const client of [...clients.slice(40), late]) {
      await client.done;
      expect(client.events.at(-1)).toMatchObject({ event: 'state', data: { state: 'complete' } });
    }
    const again = await Client.open(id);
    await again.done;
    expect(again.events).toHaveLength(1);
  });

  it('passes on what another process writes, and nothing that is no line of a log', async () => {
    const id = await create();
    const client = await Client.open(id);
    await client.until('state', { state: 'in_progress' });
    await appendFile(logs.path(id) ?? '', 'rubbish\n2026-01-01T00:00:00.000000 INFO half');
    await appendFile(logs.path(id) ?? '', ' a line é\n');
    await client.until('log', { message: 'half a line é' });
    expect(client.events.filter(({ event }) => event === 'log')).toHaveLength(1);
    client.close();
  });
});

describe('GET /requests/{id}?wait', () => {
  const show = async (id: number, wait: number): Promise<string> =>
    Object((await service.call('GET', `/requests/${id}?wait=${wait}`)).json).state;

  it('answers when the state is final', async () => {
    const id = await create();
    const waiting = Array.from({ length: 30 }, () => show(id, 60));
    await states.change(id, { state: 'in_progress', reason: 'phase' });
    await states.change(id, { state: 'complete', reason: 'done' });
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['complete']));
    expect(await show(id, 60)).toBe('complete');
  });

  it('answers with 200 when the seconds are over', async () => {
    expect(await show(await create(), 1)).toBe('in_progress');
  });

  it('does not wait for what does not exist', async () => {
    expect((await service.call('GET', '/requests/999999?wait=60')).status).toBe(404);
  });

  it('hears of changes that another process makes', async () => {
    const other = await startTestService();
    const id = await create();
    const waiting = show(id, 60);
    // As another process would: rows and a notification, no event in this process.
    await service.dataSource.query(`UPDATE request SET state = 2 WHERE id = $1`, [id]);
    await service.dataSource.query(`SELECT pg_notify($1, $2)`, [REQUEST_CHANNEL, JSON.stringify({ id, kind: 'state' })]);
    await expect(waiting).resolves.toBeDefined();
    await other.close();
  });

  it('lets go of callers who have gone, and of all at shutdown', async () => {
    const other = await startTestService();
    const { json } = await other.call('POST', '/requests', { body: { repo: 'https://h.example.org/a', ref: 'a'.repeat(40) } });
    const gone = new AbortController();
    const call = fetch(`${other.origin}/api/v1/requests/${Object(json).id}?wait=60`, { signal: gone.signal });
    const stream = await fetch(`${other.origin}/api/v1/requests/${Object(json).id}/events`);
    // It gets an answer or a closed connection, but does not keep the service from stopping.
    const kept = other.call('GET', `/requests/${Object(json).id}?wait=60`).catch(() => undefined);
    gone.abort();
    await expect(call).rejects.toThrow();
    await other.close();
    await expect(stream.text()).resolves.toContain('event: state');
    await kept;
  });
});
