import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../src/app.module.js';
import { testConfiguration } from '../src/config/testing.js';
import { openTestDatabase } from '../src/database/testing.js';
import { configureApplication } from '../src/http/index.js';
import { documentCompliance } from '../src/http/swagger/document.compliance.js';

/** The document of the whole service: every room's endpoints. */
documentCompliance(async () => {
  const database = await openTestDatabase();
  const configuration = testConfiguration({ database: { url: database.url } });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(configuration), { bodyParser: false, logger: false });
  configureApplication(app, configuration);
  await app.listen(0, '127.0.0.1');
  return {
    app,
    origin: await app.getUrl(),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
});
