import type { TestingModuleBuilder } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import type { ConfigurationOverrides } from '../config/testing.js';
import { RequestsModule } from './requests.module.js';
import { RequestWorkModule } from './work/request-work.module.js';

/** The API of this room as a real application on a free port, with a database of its own. Nobody works on requests. */
export interface TestService extends RoomApplication {
  dataSource: DataSource;
  /** Calls an endpoint below `/api/v1`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it is no JSON. */
  json: unknown;
}

/** For specs: starts the service. `customise` may replace providers. */
export async function startTestService(
  overrides: ConfigurationOverrides = {},
  customise: (builder: TestingModuleBuilder) => void = () => undefined,
): Promise<TestService> {
  const started = await startRoomApplication([RequestsModule, RequestWorkModule], overrides, customise);
  const { app, origin } = started;
  return {
    ...started,
    dataSource: app.get(DataSource, { strict: false }),
    call: (method, path, options = {}) => call(`${origin}/api/v1${path}`, method, options),
  };
}

async function call(url: string, method: string, { body, text, headers = {} }: CallOptions): Promise<Answer> {
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url, {
    method,
    body: content,
    headers: { ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  const received = await response.text();
  return { status: response.status, headers: response.headers, text: received, json: parsed(received) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
