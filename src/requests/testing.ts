import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { type Configuration, ConfigurationModule } from '../config/index.js';
import { type ConfigurationOverrides, testConfiguration } from '../config/testing.js';
import { DatabaseModule } from '../database/database.module.js';
import { openTestDatabase } from '../database/testing.js';
import { configureApplication } from '../http/index.js';
import { HttpModule } from '../http/http.module.js';
import { ObservabilityModule } from '../observability/index.js';
import { StoreModule } from '../store/store.module.js';
import { RequestsModule } from './requests.module.js';

/** The API of this room as a real application on a free port, with a database of its own. Nobody works on requests. */
export interface TestService {
  app: NestExpressApplication;
  configuration: Configuration;
  dataSource: DataSource;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Calls an endpoint below `/api/v1`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
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
  const database = await openTestDatabase();
  const configuration = testConfiguration({ ...overrides, database: { url: database.url } });
  const builder = Test.createTestingModule({
    imports: [
      ConfigurationModule.forRoot(configuration),
      ObservabilityModule,
      EventEmitterModule.forRoot(),
      DatabaseModule,
      StoreModule,
      HttpModule,
      RequestsModule,
    ],
  });
  customise(builder);
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureApplication(app, configuration);
  await app.listen(0, '127.0.0.1');
  const address: unknown = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;
  const origin = `http://127.0.0.1:${port}`;
  return {
    app,
    configuration,
    dataSource: app.get(DataSource, { strict: false }),
    origin,
    call: (method, path, options = {}) => call(`${origin}/api/v1${path}`, method, options),
    close: async () => {
      await app.close();
      await database.close();
    },
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
