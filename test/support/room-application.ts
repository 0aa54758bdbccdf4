import type { ModuleMetadata } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { type Configuration, ConfigurationModule } from '../../src/config/index.js';
import { type ConfigurationOverrides, testConfiguration } from '../../src/config/testing.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { openTestDatabase } from '../../src/database/testing.js';
import { HttpModule } from '../../src/http/http.module.js';
import { configureApplication } from '../../src/http/index.js';
import { ObservabilityModule } from '../../src/observability/index.js';
import { StoreModule } from '../../src/store/store.module.js';

export interface RoomApplication {
  app: NestExpressApplication;
  configuration: Configuration;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  close(): Promise<void>;
}

/**
 * The modules of one room as a real application on a free port, with a database and stores of its own. `customise` may
 * replace providers.
 */
export async function startRoomApplication(
  modules: NonNullable<ModuleMetadata['imports']>,
  overrides: ConfigurationOverrides = {},
  customise: (builder: TestingModuleBuilder) => void = () => undefined,
): Promise<RoomApplication> {
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
      ...modules,
    ],
  });
  customise(builder);
  const module = await builder.compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
  configureApplication(app, configuration);
  await app.listen(0, '127.0.0.1');
  const close = async (): Promise<void> => {
    await app.close();
    await database.close();
  };
  return { app, configuration, origin: await app.getUrl(), close };
}
