import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.js';
import { type ConfigurationOverrides, testConfiguration } from '../../src/config/testing.js';
import { configureApplication } from '../../src/http/index.js';

/** What a call was answered. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it is no JSON. */
  json: unknown;
}

export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Who calls, as a proxy that is trusted says; nobody unless given. */
  as?: string;
  headers?: Record<string, string>;
}

/**
 * The whole service inside the test's process, on a free port, with the identity headers of this host believed. Several
 * may share a database.
 */
export class InnerService {
  private constructor(
    readonly app: NestExpressApplication,
    readonly origin: string,
  ) {}

  static async start(databaseUrl: string, overrides: ConfigurationOverrides = {}): Promise<InnerService> {
    const auth = { loginDisabled: false, trustedProxies: ['127.0.0.0/8'], ...overrides.auth };
    const configuration = testConfiguration({ ...overrides, auth, database: { url: databaseUrl } });
    const app = await NestFactory.create<NestExpressApplication>(AppModule.for(configuration), {
      bodyParser: false,
      logger: false,
      abortOnError: false,
    });
    configureApplication(app, configuration);
    await app.listen(0, '127.0.0.1');
    return new InnerService(app, await app.getUrl());
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource, { strict: false });
  }

  /** Calls a path of the service, `/api/v1/requests`. */
  async call(method: string, path: string, { body, as, headers }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(120_000),
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { 'x-remote-user': as }),
        ...headers,
      },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
