import { setTimeout as wait } from 'node:timers/promises';
import type { Service } from './service.js';

/** The states that a client hears of by `GET /requests/{id}/events`, until the stream ends with a final one. */
export async function watchStates(service: Service, id: number, signal: AbortSignal): Promise<HeardState[]> {
  const heard: HeardState[] = [];
  while (heard.at(-1) === undefined || heard.at(-1)?.state === 'in_progress') {
    signal.throwIfAborted();
    // A stream that breaks off is opened again, and begins with the present state.
    await listen(service, id, signal, heard).catch(() => undefined);
    await wait(200);
  }
  return heard;
}

export interface HeardState {
  state: string;
  state_reason: string;
  updated: string;
}

async function listen(service: Service, id: number, signal: AbortSignal, heard: HeardState[]): Promise<void> {
  const response = await fetch(`${service.base}/api/v1/requests/${id}/events`, { signal });
  if (!response.ok || response.body === null) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split('\n\n');
    text = parts.pop() ?? '';
    heard.push(...parts.flatMap(statesOf));
  }
}

function statesOf(event: string): HeardState[] {
  const lines = event.split('\n');
  const data = lines.find((line) => line.startsWith('data:'))?.slice('data:'.length);
  return lines.includes('event: state') && data !== undefined ? [JSON.parse(data) as HeardState] : [];
}
