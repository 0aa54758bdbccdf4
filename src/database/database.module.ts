import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import { isWorthRetrying, openDataSource, postgresOptions } from './data-source.js';
import { DatabaseServer, ExternalServer } from './database-server.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { Notifications } from './notifications.js';
import { limitsOf } from './session-limits.js';

@Module({
  providers: [
    {
      provide: DatabaseServer,
      inject: [Configuration],
      useFactory: ({ database, directories }: Configuration): DatabaseServer | Promise<DatabaseServer> =>
        database.url === undefined ? EmbeddedPostgres.start(directories.database) : new ExternalServer(database.url),
    },
  ],
  exports: [DatabaseServer],
})
class DatabaseServerModule {}

/**
 * Provides TypeORM's `DataSource`, with the entities that rooms name in `TypeOrmModule.forFeature`, and
 * `Notifications`. The server is reached (or started) and the schema brought up to date before anything else begins.
 * It is closed in the last phase of a shutdown: stop what needs it in `onModuleDestroy` or `beforeApplicationShutdown`.
 */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer, Configuration],
      useFactory: ({ url }: DatabaseServer, { role, database }: Configuration) => ({
        ...postgresOptions(url, { limits: limitsOf(role), poolSize: database.poolSize }),
        autoLoadEntities: true,
        // For a server that comes up at the same time as we do.
        retryAttempts: 60,
        retryDelay: 1_000,
        toRetry: isWorthRetrying,
      }),
      dataSourceFactory: openDataSource,
    }),
  ],
  providers: [Notifications],
  exports: [Notifications],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly server: DatabaseServer,
    private readonly dataSource: DataSource,
    private readonly notifications: Notifications,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.notifications.close();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}
